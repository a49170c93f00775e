// What all compute shaders of the learner share. A shader is made of this, its own file, the generated kernels, and
// in front of all, where it sums over workgroups, one of the files sum_*.wgsl (`shader_files` in
// learn/webgpu/pipelines.py; every `override` has its value from `TILES` there and from the sizes of its pipelines).
//
// A minibatch is a list of cells, a cell up to CELL_ROWS rows that are contiguous in memory. Row r of a minibatch is
// lane r % CELL_ROWS of its cell r / CELL_ROWS. Activations are lane-major, [feature][row], rows `capacity` apart.
//
// `schedule` holds records of four words (learn/webgpu/plan.py writes it): two for every step of the update, then cells.
//   2k      first record of step k's cells, number of cells, rows
//   2k + 1  Adam's bias corrections of the update's k-th applied step, two f32
//   cells   word of the first observation in the batch, word of the row's other fields, word in the prepared arrays,
//           rows in use
// A dispatch that a ragged minibatch does not fill has workgroups beyond its last cell; they do nothing.

override CELL_ROWS: u32;

// Flags of an update.
const BATCH_POISONED = 1u;
const STATE_POISONED = 2u;

struct Knobs {
  gamma: f32,
  gae_lambda: f32,
  clip_coef: f32,
  entropy_coef: f32,
  value_coef: f32,
  learning_rate: f32,
  max_grad_norm: f32,
  return_mean: f32,  // returns are rescaled: less this, times the factor
  return_factor: f32,
  update_number: u32,
  chunks: u32,
  capacity: u32,  // rows from one feature of an activation to the next
  splits: u32,  // partial gradients of a step
  cell_stride: u32,  // cells from one to the next in the same partial gradient
}

// Written by the shaders alone, read back after the update. Words that several threads change are atomic elsewhere.
struct Control {
  update_number: u32,
  flags: u32,
  step: u32,  // of this update, the one being computed
  applied: u32,
  dropped: u32,
  applies: u32,  // whether Adam takes this step
  rows: u32,  // of the steps applied
  gradient_scale: f32,
  correction1: f32,
  correction2: f32,
  norms: f32,  // summed over the steps applied, as are the metrics
  metrics: array<f32, METRIC_COUNT>,
}

// Places in Control, for where its words are atomic.
const FLAGS_WORD = 1u;
const APPLIES_WORD = 5u;
const SCALE_WORD = 7u;

// NaN, infinite or beyond anything training makes, by the bits: comparing is no way to find NaN in WGSL.
fn insane(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) >= SANE_BITS;
}
