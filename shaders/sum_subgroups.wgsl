enable subgroups;

// Sums over a workgroup, for devices with subgroups: the same as sum_plain.wgsl with one barrier instead of one for
// every halving. Nothing is assumed about how large subgroups are or which threads they are made of: every subgroup
// leaves its sum in the place of one of its threads, and then each adds up all places by itself.

var<workgroup> shares: array<array<f32, SUM_VALUES>, SUM_THREADS>;

// What all threads' values add up to, known to every thread. All must call it; a second sum needs a barrier before it.
fn summed(local: u32, values: array<f32, SUM_VALUES>) -> array<f32, SUM_VALUES> {
  let speaks = subgroupElect();
  let lane = subgroupExclusiveAdd(1u);
  let width = subgroupAdd(1u);
  var own = values;
  for (var k = 0u; k < SUM_VALUES; k++) {
    let sum = subgroupAdd(own[k]);
    shares[local][k] = select(0.0, sum, speaks);
  }
  workgroupBarrier();
  var sums: array<f32, SUM_VALUES>;
  for (var k = 0u; k < SUM_VALUES; k++) {
    var part = 0.0;
    for (var place = lane; place < SUM_THREADS; place += width) {
      part += shares[place][k];
    }
    sums[k] = subgroupAdd(part);
  }
  return sums;
}
