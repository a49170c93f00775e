// The parameters as playing reads them: of each layer the weights as [inputs][outputs / 4] vec4f, outputs beyond the
// last one 0, its biases behind them; behind all layers the log standard deviations. Neighbouring lanes make
// neighbouring outputs (play.wgsl), so they read what lies side by side. A thread a vec4f; y: whose parameters.

override WORKGROUP: u32;
override FIRST: u32;  // whose packed parameters are the first that are made
override PARAMETERS: u32;  // of each

@group(0) @binding(0) var<storage, read> parameters: array<f32>;
@group(0) @binding(1) var<storage, read_write> weights: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn pack(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < PACKED_QUADS) {
    weights[(FIRST + id.y) * PACKED_QUADS + id.x] = packed(id.x, id.y * PARAMETERS);
  }
}

fn packed(quad: u32, start: u32) -> vec4f {
  var first = 0u;  // vec4f of the layer
  var at = start;  // its first parameter
  var layers = LAYERS;  // x inputs, y outputs
  for (var n = 0u; n < LAYER_COUNT; n++) {
    let inputs = layers[n].x;
    let outputs = layers[n].y;
    let quads = (outputs + 3u) / 4u;
    let own = quad - first;
    if (own < inputs * quads) {
      return four(at + own / quads, inputs, 4u * (own % quads), outputs);
    }
    if (own < (inputs + 1u) * quads) {
      return four(at + inputs * outputs, 1u, 4u * (own - inputs * quads), outputs);
    }
    first += (inputs + 1u) * quads;
    at += (inputs + 1u) * outputs;
  }
  return four(at, 1u, 4u * (quad - first), LOG_STDS);
}

// Parameters of four outputs from `output` on, `stride` apart, that of output 0 at `at`.
fn four(at: u32, stride: u32, output: u32, outputs: u32) -> vec4f {
  var found = vec4f();
  for (var c = 0u; c < 4u; c++) {
    if (output + c < outputs) {
      found[c] = parameters[at + (output + c) * stride];
    }
  }
  return found;
}
