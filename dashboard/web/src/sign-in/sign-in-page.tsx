import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import { useSession, useSignIn } from '../api/session.ts';
import { ApiError } from '../api/http.ts';
import { Brand } from '../app/brand.tsx';
import { GroundButton, LanguageButton } from '../app/top-bar.tsx';
import { explain } from '../parts/states.tsx';
import './sign-in.css';

export function SignInPage() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const [params] = useSearchParams();
  const signIn = useSignIn();
  if (session !== null && session !== undefined) return <Navigate to={localPath(params.get('next'))} replace />;
  const failure = signIn.error === null ? null : words(signIn.error);

  function words(error: Error): string {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return t('signIn.refused');
    const { what, todo } = explain(error, t);
    return `${what} ${todo}`;
  }

  return (
    <div className="sign-in">
      <header><LanguageButton /><GroundButton /></header>
      <main>
        <h1><Brand /></h1>
        <p className="dim">{t('app.claim')}</p>
        <Form layout="vertical" requiredMark={false} onFinish={(values: { username: string; password: string }) => signIn.mutate(values)} data-testid="sign-in-form">
          <Form.Item name="username" label={t('signIn.username')} rules={[{ required: true, message: t('signIn.usernameMissing') }]}>
            <Input size="large" autoComplete="username" autoFocus autoCapitalize="none" spellCheck={false} data-testid="sign-in-username" />
          </Form.Item>
          <Form.Item name="password" label={t('signIn.password')} rules={[{ required: true, message: t('signIn.passwordMissing') }]}>
            <Input.Password size="large" autoComplete="current-password" data-testid="sign-in-password" />
          </Form.Item>
          {failure !== null && <Alert type="error" showIcon title={failure} role="alert" data-testid="sign-in-error" />}
          <Button type="primary" size="large" block htmlType="submit" loading={signIn.isPending} data-testid="sign-in-submit">{t('signIn.go')}</Button>
        </Form>
      </main>
    </div>
  );
}

/** Only a path of this site; anything else would be an open redirect. */
function localPath(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/';
}
