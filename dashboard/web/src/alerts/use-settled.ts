import { useEffect, useState } from 'react';

/** True once the key has stayed the same for so long: who runs through the queue opens no cameras. */
export function useSettled(key: string | null, ms: number): boolean {
  const [settled, setSettled] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), ms);
    return () => clearTimeout(timer);
  }, [key, ms]);
  return key !== null && settled === key;
}
