// Sums over a workgroup, for every device: halving in shared memory. In front of a shader that says SUM_THREADS, its
// workgroup's size and a power of two, and SUM_VALUES, how many numbers are summed at once.

var<workgroup> shares: array<array<f32, SUM_VALUES>, SUM_THREADS>;

// What all threads' values add up to, known to every thread. All must call it; a second sum needs a barrier before it.
fn summed(local: u32, values: array<f32, SUM_VALUES>) -> array<f32, SUM_VALUES> {
  shares[local] = values;
  workgroupBarrier();
  for (var half = SUM_THREADS / 2u; half > 0u; half /= 2u) {
    if (local < half) {
      for (var k = 0u; k < SUM_VALUES; k++) {
        shares[local][k] += shares[local + half][k];
      }
    }
    workgroupBarrier();
  }
  return shares[0];
}
