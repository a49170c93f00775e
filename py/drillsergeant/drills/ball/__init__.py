"""Ball Drill: soccer, one against one."""
