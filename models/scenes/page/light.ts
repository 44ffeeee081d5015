import * as THREE from 'three';
import type { Random } from './random.ts';

export const WEATHERS = ['sun', 'haze', 'overcast', 'dusk', 'night', 'rain', 'fog', 'lowsun'] as const;
export type Weather = (typeof WEATHERS)[number];

/** The light of a moment. Strengths are irradiances in the renderer's unit; the exposure makes a picture of them. */
export interface Light {
  weather: Weather;
  /** What throws the shadows: the sun, the nearest street lamp, a flash at the camera, nothing. */
  key: 'sun' | 'lamp' | 'flash' | 'none';
  /** Where the flash is. */
  from?: THREE.Vector3;
  /** Towards the sun. */
  toSun: THREE.Vector3;
  keyColor: THREE.Color;
  keyStrength: number;
  sky: THREE.Color;
  skyStrength: number;
  bounce: THREE.Color;
  haze: THREE.Color;
  hazeFrom: number;
  hazeTo: number;
  /** Strength of lit signs, shop openings and lamps. */
  lit: number;
  exposure: number;
  saturation: number;
  warmth: number;
  /** 0 dry to 1 wet. */
  wet: number;
}

/** Draws the numbers of a kind of weather. The sun stands on the near side often enough to light the shops. */
export function makeLight(rng: Random, weather: Weather, tint = { key: '#ffffff', haze: '#ffffff' }): Light {
  const light = plainLight(rng, weather);
  light.keyColor.multiply(new THREE.Color(tint.key));
  light.haze.multiply(new THREE.Color(tint.haze));
  return light;
}

/** A flash or a headlight from the camera's place: near things bright, the rest dark. */
export function flashLight(light: Light, from: THREE.Vector3, rng: Random): void {
  light.key = 'flash';
  light.from = from.clone().add(new THREE.Vector3(0.15, 0.25, 0));
  light.keyColor.set('#f4f6ff');
  light.keyStrength = rng.f(25, 70);
}

function plainLight(rng: Random, weather: Weather): Light {
  const azimuth = rng.chance(0.75) ? rng.f(-1.2, 1.2) : rng.f(1.9, 4.3);
  const sun = (elevation: number): THREE.Vector3 => {
    const e = THREE.MathUtils.degToRad(elevation);
    return new THREE.Vector3(Math.sin(azimuth) * Math.cos(e), Math.sin(e), Math.cos(azimuth) * Math.cos(e));
  };
  const base: Light = {
    weather, key: 'none', toSun: sun(60), keyColor: new THREE.Color('#fff'), keyStrength: 0,
    sky: new THREE.Color('#dfe7ee'), skyStrength: 2.1, bounce: new THREE.Color('#6f6a62'), haze: new THREE.Color('#c9d0d4'), hazeFrom: 22, hazeTo: 120,
    lit: 0.28, exposure: 1, saturation: rng.f(0.85, 1.08), warmth: rng.f(-0.03, 0.05), wet: 0,
  };
  switch (weather) {
    case 'sun': return { ...base, key: 'sun', toSun: sun(rng.f(42, 68)), keyColor: new THREE.Color('#fff1da'), keyStrength: rng.f(3.0, 4.0), sky: new THREE.Color('#b9d2f0'), skyStrength: rng.f(1.5, 2.0), haze: new THREE.Color('#c3d3de'), exposure: rng.f(1.25, 1.6) };
    case 'haze': return { ...base, key: 'sun', toSun: sun(rng.f(34, 60)), keyColor: new THREE.Color('#ffeacb'), keyStrength: rng.f(1.2, 2.0), sky: new THREE.Color('#d7dde2'), skyStrength: rng.f(1.9, 2.3), haze: new THREE.Color('#cfd3d3'), hazeFrom: 14, hazeTo: 90, exposure: rng.f(1.3, 1.65), saturation: rng.f(0.75, 0.95) };
    case 'overcast': return { ...base, skyStrength: rng.f(1.9, 2.5), exposure: rng.f(1.55, 2.0), saturation: rng.f(0.75, 0.98) };
    case 'rain': return { ...base, sky: new THREE.Color('#ccd6e0'), skyStrength: rng.f(1.3, 1.8), lit: 0.45, haze: new THREE.Color('#aeb9c0'), hazeFrom: 8, hazeTo: 70, exposure: rng.f(1.7, 2.2), saturation: rng.f(0.72, 0.9), wet: 1, warmth: -0.03 };
    case 'fog': return { ...base, sky: new THREE.Color('#d9dee2'), skyStrength: rng.f(1.8, 2.4), haze: new THREE.Color('#c6cbcd'), hazeFrom: rng.f(1, 6), hazeTo: rng.f(26, 55), lit: 0.4, exposure: rng.f(1.4, 1.8), saturation: rng.f(0.6, 0.85) };
    case 'lowsun': return { ...base, key: 'sun', toSun: sun(rng.f(7, 16)), keyColor: new THREE.Color('#ffc58a'), keyStrength: rng.f(2.4, 3.6), sky: new THREE.Color('#b7c6e0'), skyStrength: rng.f(1.0, 1.5), haze: new THREE.Color('#d6c4b4'), exposure: rng.f(1.3, 1.75), warmth: rng.f(0, 0.06) };
    case 'dusk': return { ...base, key: 'sun', toSun: sun(rng.f(14, 24)), keyColor: new THREE.Color('#ffb070'), keyStrength: rng.f(0.8, 1.6), sky: new THREE.Color('#b9bcd8'), skyStrength: rng.f(1.3, 1.7), bounce: new THREE.Color('#5f5660'), haze: new THREE.Color('#b59a98'), lit: rng.f(0.45, 0.8), exposure: rng.f(1.6, 2.1), warmth: rng.f(0.0, 0.05) };
    case 'night': return { ...base, key: 'lamp', keyColor: new THREE.Color(rng.pick(['#ffd9a0', '#ffcf8f', '#f3efe2'])), keyStrength: rng.f(90, 130), sky: new THREE.Color('#52618f'), skyStrength: rng.f(0.32, 0.8), bounce: new THREE.Color('#3a3636'), haze: new THREE.Color('#10131c'), hazeFrom: 30, hazeTo: 120, lit: rng.f(0.36, 0.55), exposure: rng.f(1.3, 1.9), saturation: rng.f(0.7, 0.95), warmth: rng.f(-0.06, 0.02) };
  }
}
