import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import './picture.css';

interface PictureProps {
  readonly src: string | null;
  readonly alt: string;
  readonly className?: string;
  /** A small one in a list: no words, loaded when it comes into view. */
  readonly thumb?: boolean;
  /** The picture's own size once it is known. */
  readonly onSize?: (width: number, height: number) => void;
}

/** A picture that is shown when it is decoded, and not line by line. */
export function Picture({ src, alt, className = '', thumb = false, onSize }: PictureProps) {
  const { t } = useTranslation();
  const [ready, setReady] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    if (src === null || thumb) return undefined;
    let wanted = true;
    const image = new Image();
    image.src = src;
    image.decode().then(
      () => {
        if (!wanted) return;
        onSize?.(image.naturalWidth, image.naturalHeight);
        setReady(src);
      },
      () => wanted && setFailed(src),
    );
    return () => {
      wanted = false;
    };
    // `onSize` may be a new function each time; only a new picture is loaded.
    // (deliberately not all that it uses)
  }, [src, thumb]);
  const missing = src === null || failed === src;
  return (
    <span className={`picture ${className}`}>
      {!missing && (thumb || ready === src) && <img src={src} alt={alt} decoding="async" loading={thumb ? 'lazy' : 'eager'} draggable={false} onError={() => setFailed(src)} />}
      {missing && !thumb && <span className="picture-missing">{src === null ? t('picture.none') : t('picture.failed')}</span>}
    </span>
  );
}
