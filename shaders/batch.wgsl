// From chunks to a batch: looking for poison, generalised advantage estimation, advantages of mean 0 and deviation 1.
//
// `batch` holds whole chunks as they lie in the ring, LANES words from row to row, of which AGENTS are in use. Prepared
// arrays are [chunk][T][LANES]. Sums go over workgroups first, then every workgroup adds up all partial sums by itself.

override HORIZON: u32;
override AGENTS: u32;
override LANES: u32;
override CHUNK_WORDS: u32;
override OBSERVATION_SIZE: u32;
override OBSERVATION: u32;  // words from a chunk's start to the field
override LOGP: u32;
override REWARD: u32;
override TERMINATED: u32;
override TRUNCATED: u32;
override VALUE: u32;

override WORKGROUP: u32;
override SUM_THREADS: u32 = WORKGROUP;
override ROWS_INSPECTED: u32;
override DEVIATION_MIN: f32;
const SUM_VALUES = 1u;

@group(0) @binding(0) var<uniform> knobs: Knobs;
@group(0) @binding(1) var<storage, read> batch: array<u32>;
@group(0) @binding(2) var<storage, read_write> flags: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> advantages: array<f32>;
@group(0) @binding(4) var<storage, read_write> returns: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;
@group(0) @binding(6) var<storage, read_write> squares: array<f32>;

// A thread a lane and ROWS_INSPECTED rows of [LANES] of one chunk; z is the chunk.
@compute @workgroup_size(WORKGROUP)
fn inspect(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= AGENTS || id.z >= knobs.chunks) {
    return;
  }
  let observations = HORIZON * OBSERVATION_SIZE;
  let rows = observations + 3u * HORIZON + 1u;
  var bad = false;
  for (var row = id.y * ROWS_INSPECTED; row < min(rows, (id.y + 1u) * ROWS_INSPECTED); row++) {
    var word = OBSERVATION + row * LANES;
    if (row >= observations + 2u * HORIZON) {
      word = VALUE + (row - observations - 2u * HORIZON) * LANES;
    } else if (row >= observations + HORIZON) {
      word = REWARD + (row - observations - HORIZON) * LANES;
    } else if (row >= observations) {
      word = LOGP + (row - observations) * LANES;
    }
    bad |= (batch[id.z * CHUNK_WORDS + word + id.x] & 0x7fffffffu) >= SANE_BITS;
  }
  if (bad) {
    atomicOr(&flags[FLAGS_WORD], BATCH_POISONED);
  }
}

// A thread a lane, backwards in time; y is the chunk.
@compute @workgroup_size(WORKGROUP)
fn estimate(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let inside = id.x < AGENTS && id.y < knobs.chunks;
  var total = 0.0;
  if (inside) {
    let chunk = id.y * CHUNK_WORDS + id.x;
    var following = 0.0;
    for (var left = HORIZON; left > 0u; left--) {
      let t = left - 1u;
      let stepped = kernel_gae_step(
        following,
        bitcast<f32>(batch[chunk + REWARD + t * LANES]),
        bitcast<f32>(batch[chunk + VALUE + t * LANES]),
        bitcast<f32>(batch[chunk + VALUE + left * LANES]),
        bitcast<i32>(batch[chunk + TERMINATED + t * LANES]),
        bitcast<i32>(batch[chunk + TRUNCATED + t * LANES]),
        knobs.gamma,
        knobs.gae_lambda,
      );
      following = stepped.out_advantage;
      let place = (id.y * HORIZON + t) * LANES + id.x;
      advantages[place] = following;
      returns[place] = kernel_standardise(stepped.out_returns, knobs.return_mean, knobs.return_factor).out_x;
      total += following;
    }
  }
  total = sum_of(local, total);
  if (local == 0u) {
    sums[group.y * groups.x + group.x] = total;
  }
}

@compute @workgroup_size(WORKGROUP)
fn centre(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let inside = id.x < AGENTS && id.y < knobs.chunks;
  var partial = 0.0;
  for (var k = local; k < groups.x * groups.y; k += WORKGROUP) {
    partial += sums[k];
  }
  let mean = sum_of(local, partial) / rows_in_batch();
  workgroupBarrier();
  var total = 0.0;
  if (inside) {
    for (var t = 0u; t < HORIZON; t++) {
      let place = (id.y * HORIZON + t) * LANES + id.x;
      let centred = kernel_centre(advantages[place], mean).out_x;
      advantages[place] = centred;
      total += centred * centred;
    }
  }
  total = sum_of(local, total);
  if (local == 0u) {
    squares[group.y * groups.x + group.x] = total;
  }
}

@compute @workgroup_size(WORKGROUP)
fn scale(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(num_workgroups) groups: vec3u,
) {
  let inside = id.x < AGENTS && id.y < knobs.chunks;
  var partial = 0.0;
  for (var k = local; k < groups.x * groups.y; k += WORKGROUP) {
    partial += squares[k];
  }
  let factor = 1.0 / (sqrt(sum_of(local, partial) / rows_in_batch()) + DEVIATION_MIN);
  if (inside) {
    for (var t = 0u; t < HORIZON; t++) {
      let place = (id.y * HORIZON + t) * LANES + id.x;
      advantages[place] = kernel_scale(advantages[place], factor).out_x;
    }
  }
}

fn rows_in_batch() -> f32 {
  return f32(knobs.chunks * HORIZON * AGENTS);
}

fn sum_of(local: u32, value: f32) -> f32 {
  return summed(local, array(value))[0];
}
