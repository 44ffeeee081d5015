import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'zh' | 'en';
const stored = 'xuncheng.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof zh };
  }
}

function initial(): Language {
  const saved = localStorage.getItem(stored);
  if (saved === 'zh' || saved === 'en') return saved;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'zh';
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: initial(),
    fallbackLng: 'zh',
    resources: { zh: { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = i18next.language === 'en' ? 'en' : 'zh-CN';
}

export async function setLanguage(next: Language): Promise<void> {
  localStorage.setItem(stored, next);
  await i18next.changeLanguage(next);
  document.documentElement.lang = next === 'en' ? 'en' : 'zh-CN';
}

/** Language that was chosen by hand on this machine, or null. */
export function chosenLanguage(): Language | null {
  const saved = localStorage.getItem(stored);
  return saved === 'zh' || saved === 'en' ? saved : null;
}
