/**
 * One waiting item per camera, the newest wins; cameras are served in the order in which they began to wait, so a camera that offers
 * more often is not served more often. A camera that is busy keeps its place.
 */
export interface Slots<T> {
  /** True when an older item of the camera was thrown away for this one. */
  offer(camera: string, item: T): boolean;
  /** Takes the next item whose camera is not busy; the camera is busy until `done`. */
  take(): { camera: string; item: T } | null;
  done(camera: string): void;
  /** Forgets what waits for a camera. */
  remove(camera: string): void;
  readonly waiting: number;
}

export function createSlots<T>(): Slots<T> {
  // a Map keeps the order of first insertion: replacing a value keeps the place in the queue
  const slots = new Map<string, T>();
  const busy = new Set<string>();
  return {
    offer(camera, item) {
      const replaced = slots.has(camera);
      slots.set(camera, item);
      return replaced;
    },
    take() {
      for (const [camera, item] of slots) {
        if (busy.has(camera)) continue;
        slots.delete(camera);
        busy.add(camera);
        return { camera, item };
      }
      return null;
    },
    done: (camera) => void busy.delete(camera),
    remove: (camera) => void slots.delete(camera),
    get waiting() {
      return slots.size;
    },
  };
}
