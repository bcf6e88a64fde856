/** Rules that several forms share. */
export const keyPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
export const propertyPattern = /^[a-z_][a-z0-9_]{0,62}$/
