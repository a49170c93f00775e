// The loss of every row: its gradient w.r.t. the head, and the sums of its metrics, cell by cell.

override ACTION: u32;  // words from a chunk's start to the field
override LOGP: u32;
override LANES: u32;  // words from one row of a chunk to the next
override HORIZON: u32;  // decisions of a chunk
override ALLOWED: u32;
override LOG_STD: u32;  // the first log standard deviation in the parameters

@group(0) @binding(0) var<uniform> knobs: Knobs;
@group(0) @binding(1) var<storage, read> control: Control;
@group(0) @binding(2) var<storage, read> schedule: array<vec4u>;
@group(0) @binding(3) var<storage, read> batch: array<u32>;
@group(0) @binding(4) var<storage, read> advantages: array<f32>;
@group(0) @binding(5) var<storage, read> returns: array<f32>;
@group(0) @binding(6) var<storage, read_write> head: array<f32>;  // becomes the gradient
@group(0) @binding(7) var<storage, read_write> cell_metrics: array<f32>;
@group(0) @binding(8) var<storage, read> state: array<f32>;  // the parameters first

override SUM_THREADS: u32 = CELL_ROWS;
const SUM_VALUES = METRIC_COUNT;

@compute @workgroup_size(CELL_ROWS)
fn loss(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let step = schedule[2u * control.step];
  let inside = group.x < step.y;
  var metrics: array<f32, METRIC_COUNT>;
  if (inside) {
    let cell = schedule[step.x + group.x];
    let row = group.x * CELL_ROWS + lane;
    if (lane < cell.w) {
      var outputs: array<f32, HEAD_ROWS>;
      for (var k = 0u; k < HEAD_ROWS - LOG_STDS; k++) {
        outputs[k] = head[k * knobs.capacity + row];
      }
      for (var k = 0u; k < LOG_STDS; k++) {
        outputs[HEAD_ROWS - LOG_STDS + k] = state[LOG_STD + k];
      }
      let results = loss_of_row(
        outputs,
        action_of(cell, lane),
        allowed_of(cell, lane),
        bitcast<f32>(batch[cell.y + LOGP + lane]),
        advantages[cell.z + lane],
        returns[cell.z + lane],
        knobs.clip_coef,
        knobs.entropy_coef,
        knobs.value_coef,
      );
      outputs = results.out_upstream;
      metrics = results.out_metrics;
      for (var k = 0u; k < HEAD_ROWS; k++) {
        head[k * knobs.capacity + row] = outputs[k];
      }
    }
  }
  metrics = summed(lane, metrics);
  if (inside && lane < METRIC_COUNT) {
    cell_metrics[group.x * METRIC_COUNT + lane] = metrics[lane];
  }
}

// The words of an action: in a chunk, decisions have as many rows of them as there are heads.
fn action_of(cell: vec4u, lane: u32) -> array<i32, ACTION_WORDS> {
  var words: array<i32, ACTION_WORDS>;
  for (var k = 0u; k < ACTION_WORDS; k++) {
    words[k] = word_of(cell, lane, ACTION, ACTION_WORDS, k);
  }
  return words;
}

// Which choices could be taken, in words of masks.
fn allowed_of(cell: vec4u, lane: u32) -> array<i32, MASK_ROOM> {
  var words: array<i32, MASK_ROOM>;
  for (var k = 0u; k < MASK_WORDS; k++) {
    words[k] = word_of(cell, lane, ALLOWED, MASK_WORDS, k);
  }
  return words;
}

// Word k of `count` that every decision has in a field.
fn word_of(cell: vec4u, lane: u32, field: u32, count: u32, k: u32) -> i32 {
  let decision = (cell.z / LANES) % HORIZON;
  let start = cell.y - decision * LANES;  // of the cell in the first row of a chunk
  return bitcast<i32>(batch[start + field + (decision * count + k) * LANES + lane]);
}
