import { theme as antTheme, type ThemeConfig } from 'antd';
import { useSyncExternalStore } from 'react';

export type Ground = 'dark' | 'light';

const stored = 'xuncheng.ground';
const listeners = new Set<() => void>();
let ground: Ground = initial();

function initial(): Ground {
  const saved = localStorage.getItem(stored);
  if (saved === 'dark' || saved === 'light') return saved;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function setGround(next: Ground): void {
  ground = next;
  localStorage.setItem(stored, next);
  for (const tell of listeners) tell();
}

export function useGround(): Ground {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => ground,
  );
}

const fontFamily = "-apple-system, 'Segoe UI', 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', system-ui, sans-serif";
const shared = { fontFamily, borderRadius: 6, fontSize: 14, controlHeight: 32, motionDurationMid: '0.12s', motionDurationSlow: '0.16s', wireframe: false } as const;

/** Two grounds, one language: the accent is the only colour that is not a state. */
export const themes: Record<Ground, ThemeConfig> = {
  light: {
    algorithm: antTheme.defaultAlgorithm,
    token: {
      ...shared, colorPrimary: '#1260c4', colorLink: '#1260c4', colorBgLayout: '#eef1f4', colorBgContainer: '#ffffff', colorBorderSecondary: '#e3e7eb',
      colorTextSecondary: '#4c5663', colorTextTertiary: '#626d7a', colorError: '#c4261d', colorWarning: '#a85b00', colorSuccess: '#1c7c3c',
    },
  },
  dark: {
    algorithm: antTheme.darkAlgorithm,
    token: {
      ...shared, colorPrimary: '#4a94f0', colorLink: '#6aa9f5', colorBgBase: '#0d1014', colorBgLayout: '#0d1014', colorBgContainer: '#161a20',
      colorBgElevated: '#1f252d', colorBorder: '#39414c', colorBorderSecondary: '#262d36', colorTextBase: '#e7ebf0',
      colorTextSecondary: '#aab4c0', colorTextTertiary: '#8a95a3', colorError: '#ff6b61', colorWarning: '#f0a33a', colorSuccess: '#4fbf74',
    },
  },
};
