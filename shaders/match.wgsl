// The match and the factory, drawn by distance functions: one quad per shape, in order, each soft by half a pixel at
// its edge. Lengths are pixels with y downwards unless they end in _m. The twin of drawing/match.py; what lies in
// `picture` is laid out in drawing/shapes.py.

const FIELD = 0u;
const BOX = 1u;
const DISC = 2u;
const RING = 3u;
const TRAIL = 4u;
const TRAIL_POINTS = 16; // of each trail
const TRAILS = 2;
const ROUNDING = 0.34; // of a box's corners, as a share of half its edge
const ROUND_MIDDLE = 0.3; // circle in the middle of a round field, of its radius
const GLOW_REACH = 0.7; // of half a box's edge

struct Shape {
  place: vec4f, // x, y, size (half edge, radius; of the field: pixels per metre), kind
  turn: vec4f, // BOX: cos, sin, glow, eyes 0 or 1. RING: line.
               // TRAIL: half width and half height of what it covers, its first point, how many
  colour: vec4f, // straight alpha
}

struct Picture {
  surface: vec4f, // width, height, line, goal post
  field_m: vec4f, // half length, half width, goal half width, goal depth
  ground: vec4f, // cut corner in m, stripes, opacity of a goal's recess, unused
  edges: vec4f, // outline of a box and of a disc as a share of their size; round field 0 or 1, its edge in lines
  stripes: array<vec4f, 2>,
  line: vec4f,
  teams: array<vec4f, 2>,
  edge: vec4f,
  eye: vec4f,
  pupil: vec4f,
  shadow: vec4f,
  trail: array<vec4f, TRAILS * TRAIL_POINTS>, // x, y, half width; oldest first
  shapes: array<Shape>,
}

@group(0) @binding(0) var<storage, read> picture: Picture;

struct Corner {
  @builtin(position) clip: vec4f,
  @location(0) from_middle: vec2f,
  @location(1) @interpolate(flat) index: u32,
}

@vertex
fn corner(@builtin(vertex_index) vertex: u32, @builtin(instance_index) index: u32) -> Corner {
  let shape = picture.shapes[index];
  let side = vec2f(f32(vertex & 1u), f32(vertex >> 1u)) * 2.0 - 1.0;
  let from_middle = side * reach(shape);
  let at = shape.place.xy + from_middle;
  let clip = vec2f(2.0, -2.0) * at / picture.surface.xy + vec2f(-1.0, 1.0);
  return Corner(vec4f(clip, 0.0, 1.0), from_middle, index);
}

/// Half width and half height of the quad that holds all of a shape.
fn reach(shape: Shape) -> vec2f {
  let size = shape.place.z;
  switch u32(shape.place.w) {
    case FIELD: {
      let half_m = picture.field_m.xy + vec2f(picture.field_m.w, 0.0);
      return half_m * size + picture.surface.z + picture.surface.w + 1.0;
    }
    case BOX: { return vec2f(1.4143 * (1.0 + GLOW_REACH) * size + 1.0); }
    case DISC: { return vec2f(1.3 * size + 2.0); }
    case RING: { return vec2f(size + shape.turn.x + 1.0); }
    default: { return shape.turn.xy; }
  }
}

@fragment
fn paint(in: Corner) -> @location(0) vec4f {
  let shape = picture.shapes[in.index];
  switch u32(shape.place.w) {
    case FIELD: { return field(in.from_middle, shape); }
    case BOX: { return box(in.from_middle, shape); }
    case DISC: { return disc(in.from_middle, shape); }
    case RING: { return ink(shape.colour, abs(length(in.from_middle) - shape.place.z) - 0.5 * shape.turn.x); }
    default: { return trail(in.from_middle + shape.place.xy, shape); }
  }
}

/// A colour where `distance` is negative, with premultiplied alpha.
fn ink(colour: vec4f, distance: f32) -> vec4f {
  let alpha = colour.a * saturate(0.5 - distance);
  return vec4f(colour.rgb * alpha, alpha);
}

/// `top` over `under`, both premultiplied.
fn over(under: vec4f, top: vec4f) -> vec4f {
  return top + under * (1.0 - top.a);
}

fn segment(p: vec2f, a: vec2f, b: vec2f) -> f32 {
  let along = saturate(dot(p - a, b - a) / max(dot(b - a, b - a), 1e-6));
  return length(p - mix(a, b, along));
}

fn rounded_square(p: vec2f, half: f32) -> f32 {
  let radius = ROUNDING * half;
  let q = abs(p) - (half - radius);
  return length(max(q, vec2f(0.0))) + min(max(q.x, q.y), 0.0) - radius;
}

/// A disc, with a heavy edge and a circle in its middle where the edge is given.
fn round_field(p: vec2f, shape: Shape) -> vec4f {
  let radius = picture.field_m.x * shape.place.z;
  let line = picture.surface.z;
  let outside = length(p) - radius;
  let seen = over(ink(picture.stripes[0], outside), ink(shape.colour, outside));
  let edge = abs(outside) - 0.5 * line * max(picture.edges.w, 1.0);
  let circle = abs(length(p) - ROUND_MIDDLE * radius) - 0.5 * line;
  return over(seen, ink(picture.line, select(edge, min(edge, circle), picture.edges.w > 0.0)));
}

fn field(p: vec2f, shape: Shape) -> vec4f {
  if picture.edges.z > 0.0 {
    return round_field(p, shape);
  }
  let scale = shape.place.z;
  let half = picture.field_m.xy * scale;
  let goal = picture.field_m.z * scale;
  let far = half.x + picture.field_m.w * scale;
  let line = picture.surface.z;
  let q = abs(p);
  let cut = (q.x + q.y - (half.x + half.y - picture.ground.x * scale)) * 0.70711;
  let outside = max(max(q.x - half.x, q.y - half.y), cut);

  let stripe = u32(max(floor((p.x + half.x) * picture.ground.y / (2.0 * half.x)), 0.0)) % 2u;
  var seen = ink(picture.stripes[stripe], outside);
  if goal > 0.0 {
    let colour = picture.teams[u32(p.x > 0.0)];
    let recess = max(max(half.x - q.x, q.x - far), q.y - goal);
    seen = over(seen, ink(vec4f(colour.rgb, picture.ground.z), recess));
    let corner = vec2f(far, goal);
    let from_line = half.x + 0.5 * picture.surface.w; // so that its round end stops at the line
    let post = min(segment(q, vec2f(from_line, goal), corner), segment(q, corner, vec2f(far, 0.0)));
    if picture.surface.w > 0.0 {
      seen = over(seen, ink(colour, post - 0.5 * picture.surface.w));
    }
  }
  seen = over(seen, ink(shape.colour, outside)); // of who has just scored, of a match that waits
  var marks = abs(outside);
  if goal > 0.0 {
    marks = min(marks, min(max(q.x, q.y - half.y), abs(length(p) - goal)));
    marks = min(marks, length(p) - 1.1 * line);
  }
  return over(seen, ink(picture.line, marks - 0.5 * line));
}

fn box(p: vec2f, shape: Shape) -> vec4f {
  let half = shape.place.z;
  let turn = shape.turn.xy;
  let local = turned(p, turn);
  let edge = rounded_square(local, half);
  let near = saturate(1.0 - max(edge, 0.0) / (GLOW_REACH * half));
  let glow = 0.75 * shape.turn.z * near * near;
  var seen = vec4f(shape.colour.rgb, 1.0) * glow;
  seen = over(seen, ink(picture.shadow, rounded_square(turned(p - vec2f(0.0, 0.12 * half), turn), 1.04 * half)));
  seen = over(seen, ink(shape.colour, edge));
  seen = over(seen, ink(picture.edge, abs(edge) - 0.5 * picture.edges.x * half));
  if shape.turn.w > 0.0 {
    let eye = vec2f(local.x, abs(local.y)) / half;
    seen = over(seen, ink(picture.eye, (length(eye - vec2f(0.48, 0.42)) - 0.24) * half));
    seen = over(seen, ink(picture.pupil, (length(eye - vec2f(0.56, 0.42)) - 0.12) * half));
  }
  return seen;
}

/// The place in a body's own axes: x to where it looks, y to its left.
fn turned(p: vec2f, turn: vec2f) -> vec2f {
  return vec2f(turn.x * p.x - turn.y * p.y, -turn.y * p.x - turn.x * p.y);
}

fn disc(p: vec2f, shape: Shape) -> vec4f {
  let radius = shape.place.z;
  let edge = length(p) - radius;
  var seen = ink(picture.shadow, length(p - vec2f(0.0, 0.16 * radius)) - 1.12 * radius);
  seen = over(seen, ink(shape.colour, edge));
  return over(seen, ink(picture.edge, abs(edge) - 0.5 * picture.edges.y * radius));
}

/// One ribbon: overlapping strokes would look like beads.
fn trail(at: vec2f, shape: Shape) -> vec4f {
  var edge = 1e9;
  let first = i32(shape.turn.z);
  for (var i = first + 1; i < first + i32(shape.turn.w); i++) {
    let a = picture.trail[i - 1];
    let b = picture.trail[i];
    let along = saturate(dot(at - a.xy, b.xy - a.xy) / max(dot(b.xy - a.xy, b.xy - a.xy), 1e-6));
    edge = min(edge, length(at - mix(a.xy, b.xy, along)) - mix(a.z, b.z, along));
  }
  return ink(shape.colour, edge);
}
