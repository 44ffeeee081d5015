import { CameraOutlined, CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { uploadPicture } from '../api/cases.ts';
import { mediaUrl } from '../../../../domain/views.ts';
import { explain } from './states.tsx';
import './picture-upload.css';

interface Shot {
  readonly key: number;
  readonly name: string;
  readonly file: Blob;
  readonly preview: string;
  readonly state: 'sending' | 'sent' | 'failed';
  readonly id: string | null;
  readonly why: string;
}

interface PictureUploadProps {
  /** Ids of what is stored, '' for each picture that is not yet. */
  readonly value?: readonly string[];
  readonly onChange?: (ids: readonly string[]) => void;
  /** On a phone: open the camera at once, with a large button. */
  readonly camera?: boolean;
}

let keys = 0;

/** Pictures that are sent as soon as they are taken; each says whether it is only here or already there. */
export function PictureUpload({ onChange, camera = false }: PictureUploadProps) {
  const { t } = useTranslation();
  const [shots, setShots] = useState<readonly Shot[]>([]);
  const input = useRef<HTMLInputElement>(null);
  const tell = useRef(onChange);
  useEffect(() => {
    tell.current = onChange;
  });
  const previews = useRef<string[]>([]);
  useEffect(() => () => previews.current.forEach((url) => URL.revokeObjectURL(url)), []);

  const ids = JSON.stringify(shots.map((shot) => shot.id ?? ''));
  useEffect(() => tell.current?.(JSON.parse(ids) as string[]), [ids]);

  const patch = (key: number, change: Partial<Shot>): void => setShots((all) => all.map((shot) => (shot.key === key ? { ...shot, ...change } : shot)));
  function send(shot: Shot): void {
    patch(shot.key, { state: 'sending', why: '' });
    uploadPicture(shot.file, shot.name).then(
      (id) => patch(shot.key, { state: 'sent', id }),
      (error: unknown) => {
        const words = explain(error instanceof Error ? error : new Error(String(error)), t);
        patch(shot.key, { state: 'failed', why: `${words.what} ${words.todo}` });
      },
    );
  }
  function take(files: FileList | null): void {
    const fresh = [...(files ?? [])].map((file): Shot => {
      const preview = URL.createObjectURL(file);
      previews.current.push(preview);
      return { key: ++keys, name: file.name, file, preview, state: 'sending', id: null, why: '' };
    });
    setShots((all) => [...all, ...fresh]);
    fresh.forEach(send);
    if (input.current !== null) input.current.value = '';
  }

  return (
    <div className={camera ? 'uploads camera' : 'uploads'}>
      {shots.map((shot) => (
        <figure key={shot.key} className={`upload ${shot.state}`} data-testid="upload" data-state={shot.state} title={shot.why}>
          <img src={shot.id === null ? shot.preview : mediaUrl(shot.id)} alt={shot.name} />
          <figcaption>{t(`upload.${shot.state}`)}</figcaption>
          {shot.state === 'failed' && <Button size="small" className="upload-again" onClick={() => send(shot)}>{t('upload.again')}</Button>}
          <button type="button" className="upload-drop" onClick={() => setShots((all) => all.filter((one) => one.key !== shot.key))} aria-label={t('upload.remove')}><CloseOutlined /></button>
        </figure>
      ))}
      <input
        ref={input} type="file" accept="image/jpeg,image/png,image/webp" multiple={!camera} className="sr" tabIndex={-1} aria-label={t('upload.add')} data-testid="upload-input"
        {...(camera ? { capture: 'environment' as const } : {})} onChange={(event) => take(event.target.files)}
      />
      <button type="button" className="upload-add" onClick={() => input.current?.click()} data-testid="upload-add">
        {camera ? <CameraOutlined /> : <PlusOutlined />}<span>{camera ? t('upload.shoot') : t('upload.add')}</span>
      </button>
    </div>
  );
}
