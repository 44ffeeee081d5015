import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSignOut } from '../api/session.ts';
import { explain } from '../parts/states.tsx';

/** Signs out, and says so when it did not work: nobody walks away from a screen that only looks signed out. */
export function useLeave(): () => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const { mutate } = useSignOut();
  return () => mutate(undefined, {
    onError: (error) => {
      const { what, todo } = explain(error, t);
      modal.error({ title: t('app.stillSignedIn'), content: `${what} ${todo}` });
    },
  });
}
