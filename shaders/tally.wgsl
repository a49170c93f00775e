// What a chunk that was played here comes to, for those who do not see it: sums of the episodes that ended in it, of
// each block of matches, and of its rescaled observations and returns. A workgroup a row.

override WORKGROUP: u32;
override MATCHES: u32;
override ENDED: u32;  // the first row of `matches` that counts episodes
override ENDED_ROWS: u32;
override HORIZON: u32;
override AGENTS: u32;
override LANES: u32;
override OBSERVATION: u32;  // words from the chunk's start to the field
override OBSERVATION_SIZE: u32;
override SUM_THREADS: u32 = WORKGROUP;
const SUM_VALUES = 2u;
const AT_ONCE = 4u;

@group(0) @binding(0) var<storage, read_write> played: array<f32>;  // [block][ENDED_ROWS], [OBSERVATION_SIZE + 1][2]
@group(0) @binding(1) var<storage, read> matches: array<u32>;  // [rows][match]
@group(0) @binding(2) var<storage, read> chunk: array<u32>;
@group(0) @binding(3) var<storage, read> returns: array<f32>;  // [HORIZON][LANES]

// Each row of counts, summed over the matches of a block.
@compute @workgroup_size(WORKGROUP)
fn tally(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  var sums: array<f32, SUM_VALUES>;
  var blocks = BLOCKS;  // x first match, y matches
  let block = blocks[group.y];
  for (var k = block.x + local; k < block.x + block.y; k += WORKGROUP) {
    sums[0] += bitcast<f32>(matches[(ENDED + group.x) * MATCHES + k]);
  }
  sums = summed(local, sums);
  if (local == 0u) {
    played[group.y * ENDED_ROWS + group.x] = sums[0];
  }
}

fn moment_of(entry: u32, k: u32) -> f32 {
  let t = k / AGENTS;
  let lane = k % AGENTS;
  if (entry < OBSERVATION_SIZE) {
    return bitcast<f32>(chunk[OBSERVATION + (t * OBSERVATION_SIZE + entry) * LANES + lane]);
  }
  return returns[t * LANES + lane];
}

// Sum and sum of squares of each observation entry, and behind them of the returns.
@compute @workgroup_size(WORKGROUP)
fn moments(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  var sums: array<f32, SUM_VALUES>;
  for (var begin = local; begin < HORIZON * AGENTS; begin += AT_ONCE * WORKGROUP) {
    // There are few workgroups, so each thread waits for several rows at once; those behind the last one count nothing.
    var rows: array<f32, AT_ONCE>;
    for (var k = 0u; k < AT_ONCE; k++) {
      rows[k] = moment_of(group.x, min(begin + k * WORKGROUP, HORIZON * AGENTS - 1u));
    }
    for (var k = 0u; k < AT_ONCE; k++) {
      let x = select(0.0, rows[k], begin + k * WORKGROUP < HORIZON * AGENTS);
      sums[0] += x;
      sums[1] += x * x;
    }
  }
  sums = summed(local, sums);
  if (local == 0u) {
    let place = BLOCK_COUNT * ENDED_ROWS + 2u * group.x;
    played[place] = sums[0];
    played[place + 1u] = sums[1];
  }
}
