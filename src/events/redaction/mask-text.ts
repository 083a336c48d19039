/** How a token begins; most texts have neither this nor an `@`. */
const TOKEN_SIGN = /eyJ|[Bb][Ee][Aa][Rr][Ee][Rr]/;
/** A local part has at most 64 characters, which also bounds what is read again from the next. */
const EMAIL = /[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/gu;
const BEARER = /\b(bearer\s{1,8})([\w.~+/=-]{8,})/gi;
const JSON_WEB_TOKEN = /\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)*/g;
const DIGITS = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])/g;
const SHORTEST_CARD = 13;
/** Visa; Mastercard; American Express; Diners; Discover; JCB; Maestro and UnionPay. */
const ISSUER = /^(?:4|5[0-8]|2[2-7]|3[4-8]|30|6)/;
/** After `bearer`, shorter words without a digit are prose. */
const SHORTEST_WORD = 20;

/** Masks what looks like an e-mail address, a bearer token or a card number. */
export function maskText(text: string): string {
  let masked = text;
  if (TOKEN_SIGN.test(masked)) masked = maskTokens(masked);
  if (masked.includes('@')) masked = masked.replace(EMAIL, '[email]');
  return masked.length < SHORTEST_CARD ? masked : masked.replace(DIGITS, maskCard);
}

function maskTokens(text: string): string {
  return text
    .replace(JSON_WEB_TOKEN, '[token]')
    .replace(BEARER, (all, word: string, token: string) => (isToken(token) ? `${word}[token]` : all));
}

function maskCard(digits: string): string {
  return isCard(digits.replace(/[ -]/g, '')) ? '[card]' : digits;
}

function isToken(word: string): boolean {
  return word.length >= SHORTEST_WORD || /\d/.test(word);
}

/** A known issuer's, with Luhn's check digit: ids of as many digits are kept but for one in ten. */
function isCard(digits: string): boolean {
  if (!ISSUER.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
