const SLASH = 47;
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/** The path of a request's target, without its query. A proxy may send the absolute form, which every server has to take (RFC 9112, 3.2.2). */
export function pathOfTarget(target: string | undefined): string {
  if (target === undefined || target === '') return '/';
  const local = target.charCodeAt(0) === SLASH ? target : target.replace(ORIGIN, '');
  const query = local.indexOf('?');
  return (query < 0 ? local : local.slice(0, query)) || '/';
}
