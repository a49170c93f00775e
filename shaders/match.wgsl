// The match and the factory, drawn by distance functions: one quad per shape, in order, each soft by half a pixel at
// its edge. Lengths are pixels with y downwards. What lies in `picture` is laid out in drawing/picture.py.

const POINTS = 0u; // two points of the shape before: draws nothing
const BOX = 1u; // a player
const BALL = 2u;
const RING = 3u;
const DISC = 4u;
const POLYGON = 5u;
const LINE = 6u;
const ROUNDING = 0.34; // of a box's corners, as a share of half its edge
const GLOW_REACH = 0.7; // of half a box's edge

struct Shape {
  place: vec4f, // x, y, size (half edge, radius), kind
  turn: vec4f, // BOX: cos, sin, glow, eyes 0 or 1. RING: line.
               // POLYGON, LINE: half width and half height of what it covers, how many points follow.
               // POINTS: x, y, half width of the first, and in `colour` of the second
  colour: vec4f, // straight alpha
}

struct Picture {
  surface: vec4f, // width, height
  edges: vec4f, // outline of a player and of a ball as a share of their size
  edge: vec4f,
  eye: vec4f,
  pupil: vec4f,
  shadow: vec4f,
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
    case BOX: { return vec2f(1.4143 * (1.0 + GLOW_REACH) * size + 1.0); }
    case BALL: { return vec2f(1.3 * size + 2.0); }
    case RING: { return vec2f(size + shape.turn.x + 1.0); }
    case DISC: { return vec2f(size + 1.0); }
    case POLYGON, LINE: { return shape.turn.xy; }
    default: { return vec2f(0.0); }
  }
}

@fragment
fn paint(in: Corner) -> @location(0) vec4f {
  let shape = picture.shapes[in.index];
  switch u32(shape.place.w) {
    case BOX: { return box(in.from_middle, shape); }
    case BALL: { return ball(in.from_middle, shape); }
    case RING: { return ink(shape.colour, abs(length(in.from_middle) - shape.place.z) - 0.5 * shape.turn.x); }
    case DISC: { return ink(shape.colour, length(in.from_middle) - shape.place.z); }
    case POLYGON: { return polygon(in.from_middle + shape.place.xy, in.index, shape); }
    default: { return line(in.from_middle + shape.place.xy, in.index, shape); }
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

fn rounded_square(p: vec2f, half: f32) -> f32 {
  let radius = ROUNDING * half;
  let q = abs(p) - (half - radius);
  return length(max(q, vec2f(0.0))) + min(max(q.x, q.y), 0.0) - radius;
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

fn ball(p: vec2f, shape: Shape) -> vec4f {
  let radius = shape.place.z;
  let edge = length(p) - radius;
  var seen = ink(picture.shadow, length(p - vec2f(0.0, 0.16 * radius)) - 1.12 * radius);
  seen = over(seen, ink(shape.colour, edge));
  return over(seen, ink(picture.edge, abs(edge) - 0.5 * picture.edges.y * radius));
}

/// x, y and half width of a point of the shape at `index`.
fn point(index: u32, which: u32) -> vec3f {
  let row = index + 1u + which / 2u;
  if (which & 1u) == 0u {
    return picture.shapes[row].turn.xyz;
  }
  return picture.shapes[row].colour.xyz;
}

/// How far along the way from `a` to `b` the place nearest to `at` lies, in [0, 1].
fn along(at: vec2f, a: vec2f, b: vec2f) -> f32 {
  return saturate(dot(at - a, b - a) / max(dot(b - a, b - a), 1e-6));
}

/// A place is inside when a ray to the right crosses an odd number of edges.
fn polygon(at: vec2f, index: u32, shape: Shape) -> vec4f {
  let count = u32(shape.turn.z);
  var nearest = 1e9;
  var inside = false;
  var a = point(index, count - 1u).xy;
  for (var i = 0u; i < count; i++) {
    let b = point(index, i).xy;
    nearest = min(nearest, length(at - mix(a, b, along(at, a, b))));
    if (a.y > at.y) != (b.y > at.y) {
      inside = inside != (at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x);
    }
    a = b;
  }
  return ink(shape.colour, select(nearest, -nearest, inside));
}

/// One ribbon, as wide as its points say: overlapping strokes would look like beads.
fn line(at: vec2f, index: u32, shape: Shape) -> vec4f {
  var edge = 1e9;
  var a = point(index, 0u);
  for (var i = 1u; i < u32(shape.turn.z); i++) {
    let b = point(index, i);
    let part = along(at, a.xy, b.xy);
    edge = min(edge, length(at - mix(a.xy, b.xy, part)) - mix(a.z, b.z, part));
    a = b;
  }
  return ink(shape.colour, edge);
}
