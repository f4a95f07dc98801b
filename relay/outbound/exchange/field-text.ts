/** RFC 9110 section 5.6.2: the name of a header or trailer field, and a method. */
export const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** RFC 9110 section 5.5: what a field's value may hold on its way, in characters that are bytes. */
export const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/
