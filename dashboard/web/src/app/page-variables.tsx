import { theme } from 'antd';
import { useLayoutEffect } from 'react';
import { useGround } from './theme.ts';

/** Hands Ant Design's tokens to our own style sheets as custom properties (--x-…), so that both speak one language. */
export function PageVariables(): null {
  const { token } = theme.useToken();
  const ground = useGround();
  useLayoutEffect(() => {
    const root = document.documentElement;
    const values: Record<string, string> = {
      bg: token.colorBgLayout, panel: token.colorBgContainer, raised: token.colorBgElevated, hover: token.colorFillTertiary, fill: token.colorFillQuaternary,
      line: token.colorBorderSecondary, 'line-strong': token.colorBorder, text: token.colorText, dim: token.colorTextSecondary, faint: token.colorTextTertiary,
      accent: token.colorPrimary, 'accent-soft': token.colorPrimaryBg, error: token.colorError, warn: token.colorWarning, ok: token.colorSuccess,
      'error-soft': token.colorErrorBg, 'warn-soft': token.colorWarningBg, font: token.fontFamily,
    };
    for (const [name, value] of Object.entries(values)) root.style.setProperty(`--x-${name}`, value);
    root.dataset.ground = ground;
    root.style.colorScheme = ground;
  }, [token, ground]);
  return null;
}
