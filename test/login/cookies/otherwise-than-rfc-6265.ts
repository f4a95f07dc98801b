/**
 * Cases of the http-state suite (RFC 6265, 2011) in which browsers do otherwise today (RFC 6265bis; the Web Platform Tests here ask for
 * the same), by reason, and what is sent then.
 */
export const otherwiseThanRfc6265: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a cookie without a name is kept, and sent as its value alone (RFC 6265bis section 5.6, steps 3 and 4)': {
    '0004': 'foo',
    '0021': 'a=b; x; c=d',
    '0023': 'foo',
    '0024': 'foo',
    '0025': 'foo',
    '0026': 'foo',
    '0027': 'bar',
    '0028': 'foo',
    CHROMIUM0009: 'BLAHHH',
    CHROMIUM0010: '"BLA\\"HHH"',
    CHROMIUM0012: 'ABC',
    MOZILLA0012: 'test="fubar! = foo; five',
    MOZILLA0014: 'six',
    MOZILLA0015: 'seven',
    MOZILLA0016: 'eight',
    MOZILLA0017: 'eight; test=six',
    NAME0017: 'a=bar',
    NAME0023: 'foo',
    NAME0025: '==a=bar',
    NAME0028: 'a',
    NAME0031: '"foo',
    NAME0032: '"foo\\"bar',
    NAME0033: 'aaa',
  },
  'a line with a control character is refused whole (RFC 6265bis section 5.6, step 1)': {
    DISABLED_CHROMIUM0022: '',
    DISABLED_CHROMIUM0023: '',
  },
  'paths are compared as they are written: %6F is not o (Web Platform Tests, cookies/path)': {
    DISABLED_PATH0029: '',
  },
}

/** Their dates passed in 2019. */
export const stale: ReadonlySet<string> = new Set(['0002', 'COMMA0006', 'COMMA0007'])
