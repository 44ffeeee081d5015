import { useEffect, useRef } from 'react';

/** Name of a key as in KeyboardEvent.key, letters in lower case; `shift+enter` with the modifier. */
export type KeyMap = Readonly<Record<string, (() => void) | undefined>>;

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('.ant-select, .ant-modal, .ant-dropdown') !== null);
const pressable = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest('button, a[href], summary') !== null;

/** Single keys for the whole page; silent while somebody types, and Enter and space stay with a focused button. */
export function useKeys(map: KeyMap): void {
  const current = useRef(map);
  useEffect(() => {
    current.current = map;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
      if ((event.key === 'Enter' || event.key === ' ') && pressable(event.target)) return;
      if (document.querySelector('.ant-modal-wrap:not([style*="display: none"])') !== null) return;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const act = current.current[event.shiftKey && event.key.length > 1 ? `shift+${name}` : name];
      if (act === undefined) return;
      event.preventDefault();
      if (!event.repeat || name === 'j' || name === 'k' || name.startsWith('Arrow')) act();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

/** After a click with the mouse the button gives the focus up, so that Enter means the page's Enter again. */
export function releaseFocus(event: React.MouseEvent): void {
  if (event.detail > 0 && document.activeElement instanceof HTMLElement && document.activeElement.tagName === 'BUTTON') document.activeElement.blur();
}
