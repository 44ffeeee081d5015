import { keyShadowGlsl } from './materials.ts';

export const quadVertex = /* glsl */ `varying vec2 vUv; void main() { vUv = uv; gl_Position = vec4(position.xy, 0.0, 1.0); }`;

/** Lays down the depth of the still layer, against which the moving things are drawn. */
export const layFragment = /* glsl */ `
varying vec2 vUv;
uniform sampler2D tDepth; uniform float uBack; uniform float uNear; uniform float uFar;
void main() {
  float d = texture2D(tDepth, vUv).x;
  if (uBack > 0.0 && d < 1.0) {
    // for counting: labelled things that stand in the still layer must not hide themselves, so it is pushed back (metres)
    float z = (2.0 * uNear * uFar) / (uFar + uNear - (d * 2.0 - 1.0) * (uFar - uNear)) + uBack;
    d = min(1.0, (uFar + uNear - 2.0 * uNear * uFar / z) / (uFar - uNear) * 0.5 + 0.5);
  }
  gl_FragDepth = d;
  gl_FragColor = vec4(0.0);
}`;

/** The still layer, its key light dimmed where something that moves stands in it, under the moving layer. */
export const mixFragment = /* glsl */ `
varying vec2 vUv;
uniform sampler2D tSky; uniform sampler2D tKey; uniform sampler2D tDepth; uniform sampler2D tMoving;
uniform mat4 uUnproject;
${keyShadowGlsl}
void main() {
  vec4 moving = texture2D(tMoving, vUv);
  if (moving.a > 0.999) { gl_FragColor = vec4(moving.rgb, 1.0); return; }
  vec3 key = texture2D(tKey, vUv).rgb;
  float lit = 1.0;
  if (xcOn > 0.5 && key.r + key.g + key.b > 0.01) {
    vec4 w = uUnproject * vec4(vUv * 2.0 - 1.0, texture2D(tDepth, vUv).x * 2.0 - 1.0, 1.0);
    vec3 p = xcCoord(w.xyz / w.w); p.z -= 0.0009;
    if (xcInside(p)) lit = xcPcf(xcMoving, p, xcTexel);
  }
  vec3 still = texture2D(tSky, vUv).rgb + key * lit;
  gl_FragColor = vec4(still * (1.0 - moving.a) + moving.rgb, 1.0);
}`;

export const addFragment = /* glsl */ `varying vec2 vUv; uniform sampler2D tMap; uniform float uWeight;
void main() { gl_FragColor = vec4(min(texture2D(tMap, vUv).rgb, vec3(24.0)) * uWeight, 1.0); }`;

/** The camera: exposure, glare, filmic curve, colour, softness, vignette and sensor noise; out come sRGB values. */
export const cameraFragment = /* glsl */ `
varying vec2 vUv;
uniform sampler2D tMap; uniform sampler2D tGlare; uniform vec2 uTexel; uniform float uExposure; uniform float uSaturation; uniform float uWarmth;
uniform float uBlur; uniform float uNoise; uniform float uSeed; uniform float uGlare; uniform float uVignette; uniform float uRain;
float hash(vec2 p) { vec3 q = fract(vec3(p.xyx) * 0.1031); q += dot(q, q.yzx + 33.33); return fract((q.x + q.y) * q.z); }
vec3 film(vec3 x) { x *= 0.62; return clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0); }
vec3 take(vec2 uv) { return min(textureLod(tMap, uv, 0.0).rgb, vec3(16.0)); }
void main() {
  vec3 c = take(vUv);
  if (uBlur > 0.01) {
    vec2 o = uTexel * uBlur;
    vec3 s = take(vUv + vec2(o.x, o.y)) + take(vUv + vec2(-o.x, o.y)) + take(vUv + vec2(o.x, -o.y)) + take(vUv - o);
    c = c * 0.4 + s * 0.15;
  }
  if (uGlare > 0.1) {
    vec3 g = textureLod(tGlare, vUv, 3.5).rgb + textureLod(tGlare, vUv, 5.0).rgb + textureLod(tGlare, vUv, 6.0).rgb;
    c += max(g / 3.0 - 0.25, 0.0) * uGlare;
  }
  c *= uExposure * 1.16;
  c *= vec3(1.0 + uWarmth, 1.0, 1.0 - uWarmth * 1.3);
  c = film(c);
  float grey = dot(c, vec3(0.3, 0.59, 0.11));
  c = mix(vec3(grey), c, uSaturation);
  c = mix(c * 12.92, 1.055 * pow(max(c, vec3(1e-5)), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c));
  c = c * 0.97 + 0.022;
  vec2 q = vUv - 0.5;
  c *= 1.0 - uVignette * dot(q, q) * 1.4;
  vec2 px = floor(vUv / uTexel);
  if (uRain > 0.0) {
    vec2 r = vec2(vUv.x * 150.0 + vUv.y * 9.0, vUv.y * 7.0 + uSeed * 3.7);
    float k = hash(floor(r) + floor(uSeed * 61.0));
    c += step(0.985, k) * smoothstep(0.5, 0.0, abs(fract(r.x) - 0.5)) * uRain * fract(r.y);
  }
  float n = hash(px + fract(uSeed) * 917.0) + hash(px.yx + fract(uSeed * 1.7) * 511.0) - 1.0;
  c += n * uNoise * (1.2 - grey);
  gl_FragColor = vec4(clamp(c, 0.0, 1.0), 1.0);
}`;
