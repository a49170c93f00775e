"""Games of the reader's own on the page: the whole text in the editor, its check, the file that it leaves as."""
