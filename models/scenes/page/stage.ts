import * as THREE from 'three';
import type { Light } from './light.ts';
import { keyShadow } from './materials.ts';
import { Random } from './random.ts';
import { addFragment, cameraFragment, layFragment, mixFragment, quadVertex } from './shaders.ts';
import type { Street } from './street-parts.ts';

export interface Look { blur: number; noise: number; vignette: number; seed: number }

const SKY_ONLY = 1;
/** Sides of the shadow maps of the still and the moving things, in texels. */
const STILL_MAP = { fine: 2048, plain: 1024 };
const MOVING_MAP = 1024;
const PATCHES = 12;

/** Up to twelve rectangles of the picture, as one geometry: only they are drawn anew. */
function patchGeometry(): THREE.BufferGeometry {
  const g = new THREE.BufferGeometry();
  g.setAttribute('position', new THREE.BufferAttribute(new Float32Array(PATCHES * 12), 3));
  g.setAttribute('uv', new THREE.BufferAttribute(new Float32Array(PATCHES * 8), 2));
  g.setIndex(Array.from({ length: PATCHES }, (_, k) => [0, 1, 2, 0, 2, 3].map((n) => k * 4 + n)).flat());
  return g;
}

function setPatches(g: THREE.BufferGeometry, list: readonly THREE.Box2[]): THREE.BufferGeometry {
  const at = g.getAttribute('position') as THREE.BufferAttribute; const uv = g.getAttribute('uv') as THREE.BufferAttribute;
  list.slice(0, PATCHES).forEach(({ min, max }, k) => {
    ([[min.x, min.y], [max.x, min.y], [max.x, max.y], [min.x, max.y]] as const).forEach(([x, y], c) => {
      at.setXYZ(k * 4 + c, x * 2 - 1, y * 2 - 1, 0);
      uv.setXY(k * 4 + c, x, y);
    });
  });
  at.needsUpdate = uv.needsUpdate = true;
  g.setDrawRange(0, Math.min(PATCHES, list.length) * 6);
  return g;
}

/**
 * Draws a street in two layers. The still layer is drawn once, as the mean of many renderings with the camera, the sun and a
 * sky light jittered: soft shadows, shade in corners, smooth edges. It is kept as "sky light" and "key light" apart, so that
 * what moves can throw its shadow on it. For each frame only what moves is drawn on top, against the kept depth.
 */
export class Stage {
  readonly renderer: THREE.WebGLRenderer;
  readonly moving = new THREE.Scene();
  private readonly quadScene = new THREE.Scene();
  private readonly quad: THREE.Mesh<THREE.BufferGeometry, THREE.Material>;
  private readonly quadCamera = new THREE.OrthographicCamera(-1, 1, 1, -1, 0, 1);
  private readonly sample: THREE.WebGLRenderTarget;
  private readonly sky: THREE.WebGLRenderTarget;
  private readonly key: THREE.WebGLRenderTarget;
  private readonly depth: THREE.WebGLRenderTarget;
  private readonly main: THREE.WebGLRenderTarget;
  private readonly lay: THREE.ShaderMaterial;
  private readonly layMesh: THREE.Mesh<THREE.BufferGeometry, THREE.Material>;
  private readonly mixed: THREE.WebGLRenderTarget;
  private readonly mix: THREE.ShaderMaterial;
  private readonly whole = new THREE.PlaneGeometry(2, 2);
  private readonly patches = patchGeometry();
  private readonly add: THREE.ShaderMaterial;
  private readonly film: THREE.ShaderMaterial;
  private readonly hemi = new THREE.HemisphereLight();
  private keyLight: THREE.DirectionalLight | THREE.SpotLight | null = null;
  private stillKey: THREE.DirectionalLight | THREE.SpotLight | null = null;
  private points: THREE.PointLight[] = [];
  private light: Light | null = null;
  private glare = false;
  private lastRegions: THREE.Box2[] | null = null;

  readonly width: number;
  readonly height: number;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.renderer = new THREE.WebGLRenderer({ antialias: false, preserveDrawingBuffer: true, alpha: false });
    this.renderer.setPixelRatio(1);
    this.renderer.setSize(width, height, false);
    this.renderer.toneMapping = THREE.NoToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = THREE.BasicShadowMap;
    this.renderer.autoClear = true;
    const target = (more: THREE.RenderTargetOptions = {}): THREE.WebGLRenderTarget =>
      new THREE.WebGLRenderTarget(width, height, { type: THREE.HalfFloatType, minFilter: THREE.LinearFilter, magFilter: THREE.LinearFilter, ...more });
    this.sample = target();
    this.sky = target({ depthBuffer: false, minFilter: THREE.LinearMipmapLinearFilter });
    this.sky.texture.generateMipmaps = false;
    this.key = target({ depthBuffer: false });
    this.depth = target();
    this.depth.depthTexture = new THREE.DepthTexture(width, height, THREE.UnsignedIntType);
    // twice the size, averaged when it is laid over the still layer: by software far cheaper than multisampling
    this.main = new THREE.WebGLRenderTarget(width * 2, height * 2, { type: THREE.HalfFloatType, minFilter: THREE.LinearFilter, magFilter: THREE.LinearFilter });
    this.mixed = target({ depthBuffer: false });
    this.lay = new THREE.ShaderMaterial({
      vertexShader: quadVertex, fragmentShader: layFragment, depthTest: true, depthWrite: true, depthFunc: THREE.AlwaysDepth, colorWrite: false,
      uniforms: { tDepth: { value: this.depth.depthTexture }, uBack: { value: 0 }, uNear: { value: 0.3 }, uFar: { value: 200 } },
    });
    this.mix = new THREE.ShaderMaterial({
      vertexShader: quadVertex, fragmentShader: mixFragment, depthTest: false, depthWrite: false,
      uniforms: { ...keyShadow, tSky: { value: this.sky.texture }, tKey: { value: this.key.texture }, tDepth: { value: this.depth.depthTexture }, tMoving: { value: this.main.texture }, uUnproject: { value: new THREE.Matrix4() } },
    });
    this.layMesh = new THREE.Mesh(this.whole, this.lay);
    this.layMesh.frustumCulled = false;
    this.layMesh.renderOrder = -1000;
    this.add = new THREE.ShaderMaterial({ vertexShader: quadVertex, fragmentShader: addFragment, depthTest: false, depthWrite: false, transparent: true, blending: THREE.CustomBlending, blendSrc: THREE.OneFactor, blendDst: THREE.OneFactor, uniforms: { tMap: { value: this.sample.texture }, uWeight: { value: 1 } } });
    this.film = new THREE.ShaderMaterial({
      vertexShader: quadVertex, fragmentShader: cameraFragment, depthTest: false, depthWrite: false,
      uniforms: { tMap: { value: this.mixed.texture }, tGlare: { value: this.sky.texture }, uTexel: { value: new THREE.Vector2(1 / width, 1 / height) }, uExposure: { value: 1 }, uSaturation: { value: 1 }, uWarmth: { value: 0 }, uBlur: { value: 0 }, uNoise: { value: 0 }, uSeed: { value: 0 }, uGlare: { value: 0 }, uVignette: { value: 0.4 }, uRain: { value: 0 } },
    });
    this.quad = new THREE.Mesh<THREE.BufferGeometry, THREE.Material>(this.whole, this.add);
    this.quad.frustumCulled = false;
    this.quadScene.add(this.quad);
    this.moving.add(this.layMesh, this.hemi);
  }

  private pass(material: THREE.Material, to: THREE.WebGLRenderTarget | null, clear: boolean): void {
    this.quad.material = material;
    this.renderer.autoClear = clear;
    this.renderer.setRenderTarget(to);
    this.renderer.render(this.quadScene, this.quadCamera);
    this.renderer.autoClear = true;
  }

  private makeKey(light: Light, street: Street, focus: THREE.Vector3, mapSize: number): THREE.DirectionalLight | THREE.SpotLight | null {
    if (light.key === 'none') return null;
    let made: THREE.DirectionalLight | THREE.SpotLight;
    if (light.key === 'flash') {
      made = new THREE.SpotLight(light.keyColor, light.keyStrength, 30, 0.75, 0.8, 1.8);
      made.position.copy(light.from ?? focus);
      made.target.position.copy(focus);
      Object.assign(made.shadow.camera, { near: 0.3, far: 30 });
    } else if (light.key === 'sun') {
      made = new THREE.DirectionalLight(light.keyColor, light.keyStrength);
      made.position.copy(focus).addScaledVector(light.toSun, 60);
      made.target.position.copy(focus);
      Object.assign(made.shadow.camera, { left: -26, right: 26, top: 26, bottom: -26, near: 1, far: 110 });
    } else {
      const lamp = [...street.lamps].sort((a, b) => a.distanceTo(focus) - b.distanceTo(focus))[0] ?? new THREE.Vector3(0, 6.6, 0);
      made = new THREE.SpotLight(light.keyColor, light.keyStrength, 40, 1.25, 0.7, 2);
      made.position.copy(lamp);
      made.target.position.set(lamp.x, 0, lamp.z + (lamp.z < 0 ? -0.4 : 0.4));
      Object.assign(made.shadow.camera, { near: 0.5, far: 30 });
    }
    made.shadow.camera.updateProjectionMatrix();
    made.castShadow = true;
    made.shadow.mapSize.set(mapSize, mapSize);
    made.shadow.bias = -0.0006;
    made.shadow.normalBias = 0.03;
    return made;
  }

  /** Lamps and shop windows that give light at dusk and night, the nearest to the middle of the view. */
  private makePoints(light: Light, street: Street, focus: THREE.Vector3): THREE.PointLight[] {
    if (light.lit < 0.4 || light.weather === 'rain') return [];
    const near = (list: THREE.Vector3[]): THREE.Vector3[] => [...list].sort((a, b) => a.distanceTo(focus) - b.distanceTo(focus));
    const strength = light.weather === 'night' ? 1 : 0.35;
    const shops = [...street.shopLights].sort((a, b) => a.at.distanceTo(focus) - b.at.distanceTo(focus)).slice(0, 4);
    const made = shops.map((s) => { const p = new THREE.PointLight(s.color, 9 * strength, 11, 1.8); p.position.copy(s.at); return p; });
    for (const at of near(street.lamps).slice(light.key === 'lamp' ? 1 : 0, 3)) { const p = new THREE.PointLight(light.key === 'lamp' ? light.keyColor : 0xffd9a0, 60 * strength, 30, 2); p.position.copy(at); made.push(p); }
    return made;
  }

  /** Draws the still layer. `samples` renderings are averaged; 4 will do for training (with coarser shadows), 14 and more look fine. */
  bake(street: Street, still: readonly THREE.Object3D[], light: Light, camera: THREE.PerspectiveCamera, focus: THREE.Vector3, samples: number, seed: number): void {
    const rng = new Random(seed ^ 0x51ab);
    const scene = new THREE.Scene();
    scene.add(street.root, ...still);
    const fog = new THREE.Fog(light.haze, light.hazeFrom, light.hazeTo);
    scene.fog = fog;
    const hemi = new THREE.HemisphereLight(light.sky, light.bounce, light.skyStrength * 0.4);
    const skyLight = new THREE.DirectionalLight(light.sky, 0);
    skyLight.castShadow = true;
    const fine = samples >= 8;
    const stillMap = fine ? STILL_MAP.fine : STILL_MAP.plain;
    skyLight.shadow.mapSize.setScalar(fine ? 1024 : 512);
    Object.assign(skyLight.shadow.camera, { left: -26, right: 26, top: 26, bottom: -26, near: 1, far: 120 });
    skyLight.shadow.camera.updateProjectionMatrix();
    skyLight.shadow.bias = -0.0005;
    skyLight.shadow.normalBias = 0.05;
    const key = this.makeKey(light, street, focus, stillMap);
    const points = this.makePoints(light, street, focus);
    scene.add(hemi, skyLight, skyLight.target, ...points);
    if (key) scene.add(key, key.target);
    const black = new THREE.Color(0);
    keyShadow.xcOn.value = 0;
    for (const rt of [this.sky, this.key]) {
      this.renderer.setRenderTarget(rt);
      this.renderer.setClearColor(0, 1);
      this.renderer.clear();
    }
    const { width, height } = this;
    const keyAt = key?.position.clone();
    this.add.uniforms['uWeight']!.value = 1 / samples;
    for (let k = 0; k < samples; k++) {
      camera.setViewOffset(width, height, (k + 0.5) / samples - 0.5, ((k * 0.618034) % 1) - 0.5, width, height);
      // the sky, from one direction of the half sphere at a time
      const up = (k + rng.next()) / samples; const a = k * 2.39996 + rng.f(-0.3, 0.3);
      const y = Math.max(0.12, up); const r = Math.sqrt(1 - y * y);
      skyLight.position.copy(focus).add(new THREE.Vector3(Math.cos(a) * r, y, Math.sin(a) * r).multiplyScalar(60));
      skyLight.target.position.copy(focus);
      skyLight.intensity = light.skyStrength * 0.6 * 2;
      skyLight.visible = hemi.visible = true;
      for (const p of points) p.visible = true;
      if (key) key.visible = false;
      for (const m of street.emitters) m.emissiveIntensity = light.lit;
      fog.color.copy(light.haze);
      scene.background = light.haze;
      camera.layers.enable(SKY_ONLY);
      this.renderer.setRenderTarget(this.sample);
      this.renderer.render(scene, camera);
      this.pass(this.add, this.sky, false);
      if (!key || !keyAt) continue;
      skyLight.visible = hemi.visible = false;
      for (const p of points) p.visible = false;
      key.visible = true;
      for (const m of street.emitters) m.emissiveIntensity = 0;
      fog.color.copy(black);
      scene.background = black;
      camera.layers.disable(SKY_ONLY);
      const soft = light.key === 'sun' ? 0.55 : 0.12;
      key.position.copy(keyAt).add(new THREE.Vector3(rng.f(-soft, soft), rng.f(-soft, soft), rng.f(-soft, soft)));
      this.renderer.setRenderTarget(this.sample);
      this.renderer.render(scene, camera);
      this.pass(this.add, this.key, false);
    }
    camera.clearViewOffset();
    camera.layers.enable(SKY_ONLY);
    if (key && keyAt) key.position.copy(keyAt);
    for (const m of street.emitters) m.emissiveIntensity = light.lit;
    this.renderer.setRenderTarget(this.depth);
    this.renderer.render(scene, camera);
    this.takeOver(light, key, points, street, focus);
    skyLight.shadow.map?.depthTexture?.dispose();
    skyLight.dispose();
    scene.remove(street.root, ...still);
  }

  /** Smaller copies of the still layer, from which the glare of lamps and signs is taken. */
  private glareMips(): void {
    const { properties } = this.renderer as unknown as { properties: { get(t: THREE.Texture): { __webglTexture?: WebGLTexture } } };
    const gl = this.renderer.getContext() as WebGL2RenderingContext;
    const texture = properties.get(this.sky.texture).__webglTexture;
    if (!texture) return;
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.generateMipmap(gl.TEXTURE_2D);
    this.renderer.resetState();
  }

  /** Sets the lights of the moving layer to those of the still one. */
  private takeOver(light: Light, key: THREE.DirectionalLight | THREE.SpotLight | null, points: THREE.PointLight[], street: Street, focus: THREE.Vector3): void {
    for (const old of [this.keyLight, this.stillKey]) {
      if (!old) continue;
      this.moving.remove(old, old.target);
      old.shadow.map?.depthTexture?.dispose();
      old.dispose();
    }
    for (const p of this.points) this.moving.remove(p);
    this.light = light;
    this.glare = light.lit > 0.32;
    this.glareMips();
    this.points = points;
    for (const p of points) {
      p.visible = true;
      this.moving.add(p);
    }
    this.moving.fog = new THREE.Fog(light.haze, light.hazeFrom, light.hazeTo);
    this.hemi.color.copy(light.sky);
    this.hemi.groundColor.copy(light.bounce);
    this.hemi.intensity = light.skyStrength * 0.9;
    this.stillKey = key;
    this.keyLight = this.makeKey(light, street, focus, MOVING_MAP);
    if (!this.keyLight || !key) return;
    this.keyLight.shadow.normalBias = 0;
    this.moving.add(this.keyLight, this.keyLight.target);
    keyShadow.xcStill.value = key.shadow.map?.depthTexture ?? null;
    keyShadow.xcStillTexel.value = 1 / key.shadow.mapSize.x;
    keyShadow.xcTexel.value = 1 / MOVING_MAP;
  }

  /** The rectangles of the picture that the moving things and their shadows may touch, 0 to 1 with y upwards. */
  private touched(camera: THREE.PerspectiveCamera, light: Light): THREE.Box2[] {
    const found: THREE.Box2[] = [];
    const box = new THREE.Box3(); const p = new THREE.Vector3();
    for (const root of this.moving.children) {
      if (!(root instanceof THREE.Group) || !root.visible) continue;
      box.setFromObject(root);
      if (box.isEmpty()) continue;
      const feet = box.clone();
      feet.max.y = feet.min.y;
      if (light.key === 'sun') {
        const reach = (box.max.y - box.min.y) / Math.max(0.15, light.toSun.y);
        box.union(feet.clone().translate(new THREE.Vector3(-light.toSun.x * reach, 0, -light.toSun.z * reach)));
        // shadows climb up walls
        box.expandByVector(new THREE.Vector3(0.2, 0.3, 0.2));
      } else if (light.key !== 'none') box.expandByVector(new THREE.Vector3(3, 0.2, 3));
      else box.expandByVector(new THREE.Vector3(0.3, 0.1, 0.3));
      const r = new THREE.Box2();
      let behind = false;
      for (let k = 0; k < 8; k++) {
        p.set(k & 1 ? box.max.x : box.min.x, k & 2 ? box.max.y : box.min.y, k & 4 ? box.max.z : box.min.z).applyMatrix4(camera.matrixWorldInverse);
        if (p.z > -camera.near) { behind = true; continue; }
        p.applyMatrix4(camera.projectionMatrix);
        r.expandByPoint(new THREE.Vector2((p.x + 1) / 2, (p.y + 1) / 2));
      }
      if (r.isEmpty()) continue;
      r.expandByScalar(behind ? 0.5 : 0.008);
      r.intersect(new THREE.Box2(new THREE.Vector2(0, 0), new THREE.Vector2(1, 1)));
      if (!r.isEmpty()) found.push(r);
    }
    return found;
  }

  /** Joins rectangles that overlap, and the nearest ones until they fit into the shader's list. */
  private join(list: readonly THREE.Box2[]): THREE.Box2[] {
    const joined: THREE.Box2[] = [];
    for (const next of list) {
      const r = next.clone();
      for (let k = joined.length - 1; k >= 0; k--) {
        const other = joined[k];
        if (other && (other.intersectsBox(r) || joined.length >= 11)) { r.union(other); joined.splice(k, 1); }
      }
      joined.push(r);
    }
    return joined;
  }

  /** One picture of the still layer with what moves on top, left on the renderer's canvas. `continued`: it follows the last one, with the same camera. */
  draw(camera: THREE.PerspectiveCamera, look: Look, continued = false): void {
    const { light, keyLight } = this;
    if (!light) throw new Error('bake first');
    camera.updateMatrixWorld();
    this.mix.uniforms['uUnproject']!.value.multiplyMatrices(camera.matrixWorld, camera.projectionMatrixInverse);
    keyShadow.xcOn.value = 0;
    if (keyLight) {
      if (!keyLight.shadow.map) {
        // the first rendering makes the map
        this.renderer.setRenderTarget(this.sample);
        this.renderer.render(this.moving, camera);
      }
      keyShadow.xcMoving.value = keyLight.shadow.map?.depthTexture ?? null;
      keyShadow.xcLight.value.copy(keyLight.shadow.matrix);
      keyShadow.xcOn.value = 1;
    }
    this.moving.updateMatrixWorld();
    const touched = continued ? this.touched(camera, light) : null;
    const all = touched && this.lastRegions ? this.join([...touched, ...this.lastRegions]) : null;
    this.lastRegions = touched;
    if (all && all.length === 0) return;
    const area = all ? setPatches(this.patches, all) : this.whole;
    this.layMesh.geometry = this.quad.geometry = area;
    this.renderer.setClearColor(0, 0);
    this.renderer.setRenderTarget(this.main);
    this.renderer.render(this.moving, camera);
    this.renderer.setClearColor(0, 1);
    this.pass(this.mix, this.mixed, false);
    const film = this.film.uniforms;
    film['uExposure']!.value = light.exposure;
    film['uSaturation']!.value = light.saturation;
    film['uWarmth']!.value = light.warmth;
    film['uGlare']!.value = this.glare ? 0.5 : 0;
    film['uRain']!.value = light.weather === 'rain' ? 0.1 : 0;
    film['uBlur']!.value = look.blur;
    film['uNoise']!.value = look.noise;
    film['uVignette']!.value = look.vignette;
    film['uSeed']!.value = look.seed;
    this.pass(this.film, null, false);
    this.layMesh.geometry = this.quad.geometry = this.whole;
  }

  /** The flat-coloured rendering from which visibility is counted; `hideStill` leaves the still layer out. */
  drawIds(camera: THREE.PerspectiveCamera, to: THREE.WebGLRenderTarget, hideStill: boolean): void {
    const uniforms = this.lay.uniforms;
    uniforms['uBack']!.value = 0.3;
    uniforms['uNear']!.value = camera.near;
    uniforms['uFar']!.value = camera.far;
    this.layMesh.visible = !hideStill;
    const auto = this.renderer.shadowMap.autoUpdate;
    this.renderer.shadowMap.autoUpdate = false;
    const fog = this.moving.fog;
    this.moving.fog = null;
    this.renderer.setRenderTarget(to);
    this.renderer.setClearColor(0, 1);
    this.renderer.render(this.moving, camera);
    this.moving.fog = fog;
    this.renderer.shadowMap.autoUpdate = auto;
    this.layMesh.visible = true;
    uniforms['uBack']!.value = 0;
  }
}
