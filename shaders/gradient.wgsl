// The gradient w.r.t. one layer's weights and biases: sum over rows of upstream[o][r] * inputs[i][r], and upstream[o][r].
//
// A workgroup is TILE outputs by TILE columns by every `cell_stride`-th cell (z), which makes one of `splits` partial
// gradients; `gather` in update.wgsl adds them up. A thread makes BLOCK x BLOCK numbers. The column behind the last
// input is the bias: its input is 1.

override INPUTS: u32;
override OUTPUTS: u32;
override WEIGHTED: u32;  // outputs that have weights; those behind them have a bias only
override WEIGHTS: u32;  // of the layer, in the flat vector
override BIAS: u32;
override PARAMETERS: u32;  // words of a partial gradient
override FROM_BATCH: bool;  // the inputs are observations, found through the cells
override LANES: u32;

override TILE: u32;
const BLOCK = 4u;  // a vec4f
override SIDE: u32 = TILE / BLOCK;
const ROWS = 32u;  // staged at a time
const PITCH = ROWS + 1u;  // so that the rows of a tile fall into different banks

@group(0) @binding(0) var<uniform> knobs: Knobs;
@group(0) @binding(1) var<storage, read> control: Control;
@group(0) @binding(2) var<storage, read> schedule: array<vec4u>;
@group(0) @binding(3) var<storage, read> inputs: array<f32>;
@group(0) @binding(4) var<storage, read> upstream: array<f32>;
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;

var<workgroup> staged_inputs: array<f32, TILE * PITCH>;
var<workgroup> staged_upstream: array<f32, TILE * PITCH>;

@compute @workgroup_size(SIDE, SIDE)
fn weights(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) at: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  if (group.z >= knobs.splits) {
    return;
  }
  let step = schedule[2u * control.step];
  let column = group.x * TILE;
  let output = group.y * TILE;
  var sums0 = vec4f();  // of the thread's outputs 0 to 3, at its four columns
  var sums1 = vec4f();
  var sums2 = vec4f();
  var sums3 = vec4f();
  for (var number = group.z; number < step.y; number += knobs.cell_stride) {
    let cell = schedule[step.x + number];
    for (var begin = 0u; begin < CELL_ROWS; begin += ROWS) {
      for (var k = thread; k < TILE * ROWS; k += SIDE * SIDE) {
        let r = k % ROWS;
        let lane = begin + r;
        let row = number * CELL_ROWS + lane;
        let place = (k / ROWS) * PITCH + r;
        staged_inputs[place] = input(column + k / ROWS, row, cell.x + lane, lane < cell.w);
        staged_upstream[place] = upstream_of(output + k / ROWS, row, lane < cell.w);
      }
      workgroupBarrier();
      for (var r = 0u; r < ROWS; r++) {
        let place = at.x * PITCH + r;
        let x = vec4f(
          staged_inputs[place],
          staged_inputs[place + SIDE * PITCH],
          staged_inputs[place + 2u * SIDE * PITCH],
          staged_inputs[place + 3u * SIDE * PITCH],
        );
        let above = at.y * PITCH + r;
        sums0 += staged_upstream[above] * x;
        sums1 += staged_upstream[above + SIDE * PITCH] * x;
        sums2 += staged_upstream[above + 2u * SIDE * PITCH] * x;
        sums3 += staged_upstream[above + 3u * SIDE * PITCH] * x;
      }
      workgroupBarrier();
    }
  }
  for (var k = 0u; k < BLOCK; k++) {
    let to = column + at.x + k * SIDE;
    store(group.z, output + at.y, to, sums0[k]);
    store(group.z, output + at.y + SIDE, to, sums1[k]);
    store(group.z, output + at.y + 2u * SIDE, to, sums2[k]);
    store(group.z, output + at.y + 3u * SIDE, to, sums3[k]);
  }
}

fn input(column: u32, row: u32, observation: u32, used: bool) -> f32 {
  if (!used || column > INPUTS) {
    return 0.0;
  }
  if (column == INPUTS) {
    return 1.0;
  }
  if (FROM_BATCH) {
    return inputs[observation + column * LANES];
  }
  return inputs[column * knobs.capacity + row];
}

fn upstream_of(output: u32, row: u32, used: bool) -> f32 {
  if (!used || output >= OUTPUTS) {
    return 0.0;
  }
  return upstream[output * knobs.capacity + row];
}

fn store(split: u32, output: u32, column: u32, value: f32) {
  if (output >= OUTPUTS || column > INPUTS || (output >= WEIGHTED && column < INPUTS)) {
    return;
  }
  let place = select(WEIGHTS + output * INPUTS + column, BIAS + output, column == INPUTS);
  partials[split * PARAMETERS + place] = value;
}
