// Playing: HORIZON decisions of every match in one dispatch. See, decide, tick, judge, again; what is learned from goes
// into a chunk as rollout workers fill theirs (`Layout.chunk`), so the learner's shaders read it where it lies. Only the
// observations are rescaled at once (`ppo.scales`): the policy's parameters are for such, its opponents' are not.
//
// First come the matches of the policy against itself, then its duels, of which only its own team is recorded, then
// those that are played to be counted and not recorded (learn/webgpu/blocks.py).
//
// A workgroup is MATCHES_PER_GROUP matches, of each a row of LANES_PER_PLAYER lanes for every player. The lanes of a row
// share the work of the network, a few outputs each, by way of `features`; all lanes of a match compute its physics,
// each for itself: the state stays in registers, and a GPU that is not full has nothing better to do.
//
// In front of this come the kernels of the drill with what hands rows on to them, and the network's layers
// (learn/compile/shaders/play_kernels.py, learn/webgpu/play_plan.py).

override WORKGROUP: u32;  // of `begin`
override MATCHES: u32;
override SELF_PLAY: u32;  // of them
override DUELS: u32;  // behind those
override HORIZON: u32;
override LANES: u32;  // words from one row of the chunk to the next
override OBSERVATION: u32;  // words from the chunk's start to the field
override ACTION: u32;
override ALLOWED: u32;
override LOGP: u32;
override REWARD: u32;
override TERMINATED: u32;
override TRUNCATED: u32;
override VALUE: u32;

const ROWS = MATCHES_PER_GROUP * PLAYERS;

// What `opponents` says of a match: whose parameters the other team plays by, 0 for the policy's own, or that it is the
// drill's own player; and whether that is team 0.
const OPPONENT = 0xffu;
const SCRIPTED = 0xffu;
const AWAY = 0x100u;

struct PlayKnobs {
  seed: u32,  // of all matches that begin, as in `MatchBatch`
  episode: u32,  // with which they begin
  first: u32,  // of them
  count: u32,
  slot: u32,  // of the first one
  begins: u32,  // the decisions of the chunk that are played now: from this one on
  ends: u32,  // and before this one
}

@group(0) @binding(0) var<uniform> knobs: PlayKnobs;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;  // of pack.wgsl, [policy, opponents]
@group(0) @binding(2) var<storage, read_write> matches: array<u32>;  // [state, running, ended][match]
@group(0) @binding(3) var<storage, read_write> chunk: array<u32>;
// Of every observation entry its mean, and what it is multiplied by; behind them mean and spread of returns.
@group(0) @binding(4) var<storage, read> scales: array<vec2f>;
@group(0) @binding(5) var<storage, read> opponents: array<u32>;  // [match]

var<workgroup> features: array<f32, ROWS * ROW_PITCH>;  // of every row: what a layer reads, then what it wrote
var<workgroup> chosen: array<i32, ROWS * HEADS>;

// A thread a match.
@compute @workgroup_size(WORKGROUP)
fn begin(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < knobs.count) {
    let match_at = knobs.first + id.x;
    store_state(match_at, kernel_reset(knobs.slot + id.x, knobs.seed, knobs.episode).out_state);
    store_running(match_at, array<f32, RUNNING_ROWS>());
  }
}

@compute @workgroup_size(GROUP_LANES)
fn play(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = local / LANES_PER_PLAYER;
  let sub = local % LANES_PER_PLAYER;
  let player = row % PLAYERS;
  let place = row * ROW_PITCH;
  // Lanes beyond the last match go along with it, for the barriers, and write nothing.
  let number = group.x * MATCHES_PER_GROUP + row / PLAYERS;
  let match_at = min(number, MATCHES - 1u);
  let own = number < MATCHES;
  // Who decides for this player, and which lane of the chunk is theirs.
  let against = opponents[match_at];
  let opposing = match_at >= SELF_PLAY && (player >= TEAM) != ((against & AWAY) != 0u);
  let scripted_player = opposing && (against & OPPONENT) == SCRIPTED;
  let slot = select(0u, against & OPPONENT, opposing && !scripted_player);
  let records = own && !opposing && match_at < SELF_PLAY + DUELS;
  let self_lane = player * SELF_PLAY + match_at;
  let duel_lane = PLAYERS * SELF_PLAY + player * DUELS + match_at - SELF_PLAY;
  let lane = select(duel_lane, self_lane, match_at < SELF_PLAY);

  var state = load_state(match_at);
  var running = load_running(match_at);
  var ended = array<f32, ENDED_ROWS>();
  if (knobs.begins > 0u) {
    ended = load_ended(match_at);
  }
  // What follows the last decision of a chunk is seen for its value.
  let looks = knobs.ends + select(0u, 1u, knobs.ends == HORIZON);
  for (var t = knobs.begins; t < looks; t++) {
    let seen = observed(player, state);
    if (sub == 0u) {
      keep_observation(place, seen.obs, slot == 0u);
    }
    workgroupBarrier();
    if (records && t < HORIZON) {
      for (var k = sub; k < OBSERVATION_SIZE; k += LANES_PER_PLAYER) {
        chunk[OBSERVATION + (t * OBSERVATION_SIZE + k) * LANES + lane] = bitcast<u32>(features[place + k]);
      }
    }
    network(place, sub, slot * PACKED_QUADS);
    let head = head_of(place, slot * PACKED_QUADS);
    if (records && sub == 0u) {
      let returns = scales[OBSERVATION_SIZE];
      chunk[VALUE + t * LANES + lane] = bitcast<u32>(head[POLICY_ROWS] * returns.y + returns.x);
    }
    if (t == HORIZON) {
      break;
    }
    let decision = sampled(head, seen.draw, seen.allowed);
    var action = decision.action;
    if (scripted_player) {
      action = scripted(player, state);
    }
    if (sub == 0u) {
      for (var k = 0u; k < HEADS; k++) {
        chosen[row * HEADS + k] = action[k];
      }
    }
    workgroupBarrier();
    let after = ticked(state, (row - player) * HEADS);
    let judged = kernel_judge(state, after, running, ended);
    state = judged.out_state;
    running = judged.out_running;
    ended = judged.out_ended;
    if (records && sub == 0u) {
      for (var k = 0u; k < HEADS; k++) {
        chunk[ACTION + (t * HEADS + k) * LANES + lane] = bitcast<u32>(action[k]);
      }
      for (var k = 0u; k < MASK_WORDS; k++) {
        chunk[ALLOWED + (t * MASK_WORDS + k) * LANES + lane] = bitcast<u32>(seen.allowed[k]);
      }
      let at = t * LANES + lane;
      chunk[LOGP + at] = bitcast<u32>(decision.logp);
      chunk[REWARD + at] = bitcast<u32>(reward_of(judged, player));
      chunk[TERMINATED + at] = select(0u, 1u, judged.out_flag);
      chunk[TRUNCATED + at] = 0u;
    }
  }
  if (knobs.ends == HORIZON) {
    let cut = kernel_truncate(state, running, ended);
    state = cut.out_state;
    running = cut.out_running;
    ended = cut.out_ended;
    if (records && sub == 0u) {
      chunk[TRUNCATED + (HORIZON - 1u) * LANES + lane] = select(0u, 1u, cut.out_flag);
    }
  }
  if (own && player == 0u && sub == 0u) {
    store_state(match_at, state);
    store_running(match_at, running);
    store_ended(match_at, ended);
  }
}

// One layer of a row, in place: `inputs` features become 4 * `quads`. Its weights are [inputs][quads] from `at` on, its
// biases behind them.
fn dense_layer(place: u32, sub: u32, at: u32, inputs: u32, quads: u32, hidden: bool) {
  var sums: array<vec4f, QUADS_PER_LANE>;
  for (var k = 0u; k < QUADS_PER_LANE; k++) {
    sums[k] = weights[at + inputs * quads + min(sub + k * LANES_PER_PLAYER, quads - 1u)];
  }
  for (var i = 0u; i < inputs; i++) {
    let x = features[place + i];
    for (var k = 0u; k < QUADS_PER_LANE; k++) {
      sums[k] += weights[at + i * quads + min(sub + k * LANES_PER_PLAYER, quads - 1u)] * x;
    }
  }
  workgroupBarrier();
  for (var k = 0u; k < QUADS_PER_LANE; k++) {
    let quad = sub + k * LANES_PER_PLAYER;
    if (quad < quads) {
      for (var c = 0u; c < 4u; c++) {
        var y = sums[k][c];
        if (hidden) {
          y = kernel_tanh(y).out_y;
        }
        features[place + 4u * quad + c] = y;
      }
    }
  }
  workgroupBarrier();
}
