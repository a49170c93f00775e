// From partial gradients to the next parameters: adding up, the norm and whether the step is sound, Adam.

override PARAMETERS: u32;

override WORKGROUP: u32;
const JUDGES = 256u;
const SUM_THREADS = JUDGES;
const SUM_VALUES = 6u;  // METRIC_COUNT metrics and the squared norm
const FINITE_END = 0x7f800000u;

@group(0) @binding(0) var<uniform> knobs: Knobs;
@group(0) @binding(1) var<storage, read_write> control: Control;
@group(0) @binding(2) var<storage, read> schedule: array<vec4u>;
@group(0) @binding(3) var<storage, read> partials: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(5) var<storage, read> cell_metrics: array<f32>;
@group(0) @binding(6) var<storage, read_write> state: array<f32>;  // parameters and the two moments: [3][PARAMETERS]
@group(0) @binding(7) var<storage, read_write> flags: array<atomic<u32>>;  // the words of `control`

var<workgroup> poisoned: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn gather(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= PARAMETERS) {
    return;
  }
  // Four at a time: there are fewer parameters than a large device has threads, so each waits for several words at once.
  var sums = vec4f();
  let whole = knobs.splits - knobs.splits % 4u;
  for (var split = 0u; split < whole; split += 4u) {
    let place = split * PARAMETERS + id.x;
    sums += vec4f(
      partials[place],
      partials[place + PARAMETERS],
      partials[place + 2u * PARAMETERS],
      partials[place + 3u * PARAMETERS],
    );
  }
  var sum = (sums.x + sums.y) + (sums.z + sums.w);
  for (var split = whole; split < knobs.splits; split++) {
    sum += partials[split * PARAMETERS + id.x];
  }
  gradient[id.x] = sum;
}

// One workgroup. Moves on to the next step: whoever reads control.step afterwards belongs to that.
@compute @workgroup_size(JUDGES)
fn judge(@builtin(local_invocation_index) local: u32) {
  let number = control.step;
  let step = schedule[2u * number];
  var values: array<f32, SUM_VALUES>;
  var bad = false;
  for (var p = local; p < PARAMETERS; p += JUDGES) {
    let g = gradient[p];
    bad |= insane(g);
    values[METRIC_COUNT] += g * g;
  }
  for (var cell = local; cell < step.y; cell += JUDGES) {
    for (var k = 0u; k < METRIC_COUNT; k++) {
      values[k] += cell_metrics[cell * METRIC_COUNT + k];
    }
  }
  if (bad) {
    atomicOr(&poisoned, 1u);
  }
  let sums = summed(local, values);
  if (local == 0u) {
    conclude(number, step.z, sums, atomicLoad(&poisoned) != 0u);
  }
}

fn conclude(number: u32, rows: u32, given: array<f32, SUM_VALUES>, poisoned_gradient: bool) {
  var sums = given;
  var bad = poisoned_gradient || control.flags != 0u;
  for (var k = 0u; k < SUM_VALUES; k++) {
    bad |= (bitcast<u32>(sums[k]) & 0x7fffffffu) >= FINITE_END;
  }
  control.update_number = knobs.update_number;
  control.step = number + 1u;
  control.applies = select(1u, 0u, bad);
  if (bad) {
    control.dropped += 1u;
    return;
  }
  let norm = sqrt(sums[METRIC_COUNT]) / f32(rows);
  let corrections = bitcast<vec4f>(schedule[2u * control.applied + 1u]);
  control.gradient_scale = min(1.0, knobs.max_grad_norm / (norm + 1e-6)) / f32(rows);
  control.correction1 = corrections.x;
  control.correction2 = corrections.y;
  control.applied += 1u;
  control.rows += rows;
  control.norms += norm;
  for (var k = 0u; k < METRIC_COUNT; k++) {
    control.metrics[k] += sums[k];
  }
}

// In place. A poisoned result is not written: the flag makes the whole update void.
@compute @workgroup_size(WORKGROUP)
fn adam(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= PARAMETERS || atomicLoad(&flags[APPLIES_WORD]) == 0u) {
    return;
  }
  let p = state[id.x];
  let stepped = kernel_adam(
    p,
    gradient[id.x],
    state[PARAMETERS + id.x],
    state[2u * PARAMETERS + id.x],
    knobs.learning_rate,
    bitcast<f32>(atomicLoad(&flags[SCALE_WORD])),
    bitcast<f32>(atomicLoad(&flags[SCALE_WORD + 1u])),
    bitcast<f32>(atomicLoad(&flags[SCALE_WORD + 2u])),
  );
  if (insane(p) || insane(stepped.out_p) || insane(stepped.out_m) || insane(stepped.out_v)) {
    atomicOr(&flags[FLAGS_WORD], STATE_POISONED);
    return;
  }
  state[id.x] = stepped.out_p;
  state[PARAMETERS + id.x] = stepped.out_m;
  state[2u * PARAMETERS + id.x] = stepped.out_v;
}
