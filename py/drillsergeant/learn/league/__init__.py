"""Earlier selves as opponents: who they are, how strong, whom to meet next."""
