"""What the site is assembled from, a module a part."""
