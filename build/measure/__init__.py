"""Programs that measure: benchmarks, soaks, pictures."""
