import * as THREE from 'three';

/**
 * Uniforms shared by all materials. In the moving layer the key light (sun or street lamp) is dimmed by two shadow
 * maps: that of the still scene, drawn once, and that of the moving things, drawn for each frame.
 */
export const keyShadow = {
  xcOn: { value: 0 },
  xcStill: { value: null as THREE.Texture | null },
  xcMoving: { value: null as THREE.Texture | null },
  xcLight: { value: new THREE.Matrix4() },
  xcTexel: { value: 1 / 2048 },
  xcStillTexel: { value: 1 / 2048 },
};

/** GLSL: how much of the key light reaches a point of the world, 0 to 1. */
export const keyShadowGlsl = /* glsl */ `
uniform float xcOn; uniform sampler2D xcStill; uniform sampler2D xcMoving; uniform mat4 xcLight;
uniform float xcTexel; uniform float xcStillTexel;
float xcTap(sampler2D map, vec2 uv, float z) { return step(z, texture2D(map, uv).x); }
float xcPcf(sampler2D map, vec3 p, float r) {
  float s = 0.0;
  for (int y = -1; y <= 1; y++) for (int x = -1; x <= 1; x++) s += xcTap(map, p.xy + vec2(float(x), float(y)) * r, p.z);
  return s / 9.0;
}
vec3 xcCoord(vec3 world) { vec4 c = xcLight * vec4(world, 1.0); return c.xyz / c.w; }
bool xcInside(vec3 p) { return p.x > 0.0 && p.x < 1.0 && p.y > 0.0 && p.y < 1.0 && p.z < 1.0; }
float xcKey(vec3 world, float bias) {
  if (xcOn < 0.5) return 1.0;
  vec3 p = xcCoord(world); p.z -= bias;
  if (!xcInside(p)) return 1.0;
  return min(xcPcf(xcStill, p, xcStillTexel * 1.5), xcPcf(xcMoving, p, xcTexel));
}
`;

/** Lets a material take part in the moving layer's shadows; `more` is GLSL that may add to outgoingLight. */
export function hooked<T extends THREE.Material>(material: T, more = ''): T {
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, keyShadow);
    shader.vertexShader = shader.vertexShader
      .replace('#include <common>', '#include <common>\nvarying vec3 vXc;')
      .replace('#include <project_vertex>', '#include <project_vertex>\nvXc = (modelMatrix * vec4(transformed, 1.0)).xyz;');
    const lights = THREE.ShaderChunk.lights_fragment_begin
      .replace('getDirectionalLightInfo( directionalLight, directLight );', '$& directLight.color *= xcLit;')
      .replace('getSpotLightInfo( spotLight, geometryPosition, directLight );', '$& directLight.color *= xcLit;');
    shader.fragmentShader = shader.fragmentShader
      .replace('#include <common>', `#include <common>\nvarying vec3 vXc;\n${keyShadowGlsl}`)
      .replace('#include <lights_fragment_begin>', `float xcLit = xcKey(vXc, 0.0012);\n${lights}`)
      .replace('#include <opaque_fragment>', `${more}\n#include <opaque_fragment>`);
  };
  return material;
}

/** Everything made of plain coloured parts: colour per vertex. */
export const paint = hooked(new THREE.MeshLambertMaterial({ vertexColors: true }));
export const cloth = hooked(new THREE.MeshLambertMaterial({ vertexColors: true, side: THREE.DoubleSide }));
export const gloss = hooked(new THREE.MeshPhongMaterial({ vertexColors: true, specular: 0x8a8e94, shininess: 45 }));
/** Thin plastic full of creases: each facet has a sheen of its own. */
export const crumpled = hooked(new THREE.MeshPhongMaterial({ vertexColors: true, specular: 0x7d8084, shininess: 26, flatShading: true }), /* glsl */ `
  vec3 xcUp = (viewMatrix * vec4(0.1, 0.97, 0.2, 0.0)).xyz;
  outgoingLight += irradiance * 0.075 * pow(max(0.0, dot(reflect(-normalize(vViewPosition), normal), xcUp)), 7.0);`);
/** Window panes of vehicles and doors: dark, with a sheen. */
export const pane = hooked(new THREE.MeshPhongMaterial({ color: 0x2a343a, specular: 0x4a5056, shininess: 80 }));
/** Things that give light themselves; the strength is set by the light of the scene. */
export const glow = new THREE.MeshBasicMaterial({ vertexColors: true });

const textured = new Map<THREE.Texture, THREE.MeshLambertMaterial>();

/** The material of a canvas texture, one for each texture. */
export function withMap(map: THREE.Texture, more: THREE.MeshLambertMaterialParameters = {}): THREE.MeshLambertMaterial {
  const known = textured.get(map);
  if (known) return known;
  const made = hooked(new THREE.MeshLambertMaterial({ map, ...more }));
  textured.set(map, made);
  return made;
}

/** Frees the textures of a scene that is gone. Materials stay, so that their programs need not be compiled anew. */
export function forgetTextures(): void {
  for (const map of textured.keys()) map.dispose();
  textured.clear();
}
