// One dense layer over a minibatch, either way: outputs[o][r] = sum over i of weight(o, i) * inputs[i][r], and then
//   HIDDEN    tanh(bias[o] + sum)               forward, a hidden layer
//   HEAD      bias[o] + sum                     forward, the head
//   BACKWARD  sum * (1 - activations[o][r]^2)   back through the tanh that made `activations`; the weights transposed
//
// A workgroup is a cell by OUTPUT_TILE outputs. Its weights are staged, then every thread makes its row's outputs; rows
// that are not in use become zero, so that nothing of them is left in the gradient.

override INPUTS: u32 = 1;
override OUTPUTS: u32;
override WEIGHTS: u32;  // the first weight in `parameters`
override WEIGHT_INPUT: u32;  // words from the weight of one input to that of the next
override WEIGHT_OUTPUT: u32;
override BIAS: u32;
override FINISH: u32;
override FROM_BATCH: bool;  // the inputs are observations, found through the cells
override LANES: u32;  // words from one observation entry to the next

const OUTPUT_TILE = 8u;
const HIDDEN = 0u;
const BACKWARD = 2u;

@group(0) @binding(0) var<uniform> knobs: Knobs;
@group(0) @binding(1) var<storage, read> control: Control;
@group(0) @binding(2) var<storage, read> schedule: array<vec4u>;
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read> inputs: array<f32>;
@group(0) @binding(5) var<storage, read_write> outputs: array<f32>;
@group(0) @binding(6) var<storage, read> activations: array<f32>;

var<workgroup> weights: array<f32, OUTPUT_TILE * INPUTS>;

@compute @workgroup_size(CELL_ROWS)
fn dense(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let step = schedule[2u * control.step];
  let inside = group.x < step.y;
  let first = group.y * OUTPUT_TILE;
  for (var k = lane; k < OUTPUT_TILE * INPUTS; k += CELL_ROWS) {
    let output = first + k % OUTPUT_TILE;
    if (output < OUTPUTS) {
      weights[k] = parameters[WEIGHTS + output * WEIGHT_OUTPUT + (k / OUTPUT_TILE) * WEIGHT_INPUT];
    }
  }
  workgroupBarrier();
  if (!inside) {
    return;
  }
  let cell = schedule[step.x + group.x];
  let row = group.x * CELL_ROWS + lane;
  let used = lane < cell.w;
  let stride = select(knobs.capacity, LANES, FROM_BATCH);
  let base = select(row, cell.x + lane, FROM_BATCH);
  var sums: array<f32, OUTPUT_TILE>;
  if (used) {
    for (var i = 0u; i < INPUTS; i++) {
      let x = inputs[base + i * stride];
      for (var k = 0u; k < OUTPUT_TILE; k++) {
        sums[k] += weights[i * OUTPUT_TILE + k] * x;
      }
    }
  }
  for (var k = 0u; k < min(OUTPUT_TILE, OUTPUTS - first); k++) {
    outputs[(first + k) * knobs.capacity + row] = finish(first + k, row, sums[k], used);
  }
}

fn finish(output: u32, row: u32, sum: f32, used: bool) -> f32 {
  if (!used) {
    return 0.0;
  }
  if (FINISH == BACKWARD) {
    let y = activations[output * knobs.capacity + row];
    return sum * (1.0 - y * y);
  }
  let y = parameters[BIAS + output] + sum;
  if (FINISH == HIDDEN) {
    return kernel_tanh(y).out_y;
  }
  return y;
}
