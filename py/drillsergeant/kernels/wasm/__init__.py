"""From a graph to a WebAssembly module: scheduling, lowering, assembling."""
