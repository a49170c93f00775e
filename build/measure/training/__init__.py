"""Training measured, one version or setting against another."""
