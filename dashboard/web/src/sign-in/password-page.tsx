import { Alert, App, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useChangePassword, useMe } from '../api/session.ts';
import { Brand } from '../app/brand.tsx';
import { useLeave } from '../app/use-leave.ts';
import { GroundButton, LanguageButton } from '../app/top-bar.tsx';
import { explain } from '../parts/states.tsx';
import './sign-in.css';

const least = 10;

/** Forced after the one-time password, else reached from the user's menu. */
export function PasswordPage() {
  const { t } = useTranslation();
  const { user } = useMe();
  const change = useChangePassword();
  const leave = useLeave();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const failure = change.error === null ? null : explain(change.error, t);

  function submit({ current, next }: { current: string; next: string }): void {
    change.mutate({ current, next }, { onSuccess: () => {
      void message.success(t('password.done'));
      void navigate('/');
    } });
  }

  return (
    <div className="sign-in">
      <header><LanguageButton /><GroundButton /></header>
      <main>
        <h1><Brand /></h1>
        <h2>{t('password.title')}</h2>
        <p className="dim">{user.mustChangePassword ? t('password.must') : t('password.others')}</p>
        <Form layout="vertical" requiredMark={false} onFinish={submit} data-testid="password-form">
          <input type="text" autoComplete="username" value={user.username} readOnly hidden />
          <Form.Item name="current" label={t('password.current')} rules={[{ required: true, message: t('signIn.passwordMissing') }]}>
            <Input.Password autoComplete="current-password" autoFocus data-testid="password-current" />
          </Form.Item>
          <Form.Item name="next" label={t('password.next')} extra={t('password.rule', { least })} rules={[{ required: true, min: least, message: t('password.rule', { least }) }]}>
            <Input.Password autoComplete="new-password" data-testid="password-next" />
          </Form.Item>
          <Form.Item
            name="again" label={t('password.again')} dependencies={['next']}
            rules={[({ getFieldValue }) => ({ validator: (_rule, value: string) => (value === getFieldValue('next') ? Promise.resolve() : Promise.reject(new Error(t('password.differs')))) })]}
          >
            <Input.Password autoComplete="new-password" data-testid="password-again" />
          </Form.Item>
          {failure !== null && <Alert type="error" showIcon title={failure.what} description={failure.todo} role="alert" />}
          <Button type="primary" block htmlType="submit" loading={change.isPending} data-testid="password-submit">{t('password.go')}</Button>
          <Button type="link" block onClick={() => (user.mustChangePassword ? leave() : void navigate(-1))}>{user.mustChangePassword ? t('app.signOut') : t('common.cancel')}</Button>
        </Form>
      </main>
    </div>
  );
}
