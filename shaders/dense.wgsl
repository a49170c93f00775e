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

override OUTPUT_TILE: u32;  // 8: the outputs of a row are two vec4f
const HIDDEN = 0u;
const BACKWARD = 2u;

@group(0) @binding(0) var<uniform> knobs: Knobs;
@group(0) @binding(1) var<storage, read> control: Control;
@group(0) @binding(2) var<storage, read> schedule: array<vec4u>;
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read> inputs: array<f32>;
@group(0) @binding(5) var<storage, read_write> outputs: array<f32>;
@group(0) @binding(6) var<storage, read> activations: array<f32>;

var<workgroup> weights: array<vec4f, 2 * INPUTS>;  // of input i: outputs 0 to 3 at 2i, 4 to 7 behind

@compute @workgroup_size(CELL_ROWS)
fn dense(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let step = schedule[2u * control.step];
  let inside = group.x < step.y;
  let first = group.y * OUTPUT_TILE;
  for (var k = lane; k < 2u * INPUTS; k += CELL_ROWS) {
    weights[k] = weights_of(first + 4u * (k % 2u), k / 2u);
  }
  workgroupBarrier();
  if (!inside) {
    return;
  }
  let cell = schedule[step.x + group.x];
  let row = group.x * CELL_ROWS + lane;
  let used = lane < cell.w;
  let stride = select(knobs.capacity, LANES, FROM_BATCH);
  var at = select(row, cell.x + lane, FROM_BATCH);
  var low = vec4f();
  var high = vec4f();
  if (used) {
    for (var i = 0u; i < INPUTS; i++) {
      let x = inputs[at];
      low += weights[2u * i] * x;
      high += weights[2u * i + 1u] * x;
      at += stride;
    }
  }
  for (var k = 0u; k < min(OUTPUT_TILE, OUTPUTS - first); k++) {
    let sum = select(low, high, k >= 4u)[k % 4u];
    outputs[(first + k) * knobs.capacity + row] = finish(first + k, row, sum, used);
  }
}

// From input i to four outputs; zero to those that are not there.
fn weights_of(output: u32, i: u32) -> vec4f {
  let place = WEIGHTS + output * WEIGHT_OUTPUT + i * WEIGHT_INPUT;
  let last = place + (OUTPUTS - 1u - min(output, OUTPUTS - 1u)) * WEIGHT_OUTPUT;
  let found = vec4f(
    parameters[min(place, last)],
    parameters[min(place + WEIGHT_OUTPUT, last)],
    parameters[min(place + 2u * WEIGHT_OUTPUT, last)],
    parameters[min(place + 3u * WEIGHT_OUTPUT, last)],
  );
  return select(vec4f(), found, vec4u(output) + vec4u(0u, 1u, 2u, 3u) < vec4u(OUTPUTS));
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
