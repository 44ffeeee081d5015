import { useTranslation } from 'react-i18next';
import { cameraStates } from '../../../../domain/camera.ts';

/**
 * Says in the language of the page why a camera, a clip or a recheck is as it is. Reasons come as a code, a colon and words in English;
 * what has no known code is shown as it came.
 */
export function useReason(): (reason: string) => string {
  const { t, i18n } = useTranslation();
  return function say(reason: string): string {
    const [, code = '', detail = ''] = /^([a-z_]+): (.*)$/s.exec(reason) ?? [];
    const state = cameraStates.find((one) => code === `camera_${one}`);
    // of a camera that is not live its own reason tells more
    if (state !== undefined) return /^[a-z_]+: /.test(detail) ? say(detail) : t('why.camera', { state: t(`camera.state.${state}`) });
    return code !== '' && i18n.exists(`why.${code}`) ? t(`why.${code}` as 'why.ended', { detail }) : reason;
  };
}
