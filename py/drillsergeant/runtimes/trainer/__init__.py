"""The trainer worker: takes finished chunks, learns, publishes, keeps and reports."""
