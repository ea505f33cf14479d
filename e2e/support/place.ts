/** Where the product under test lives. */
export const PORT = 8300
export const PAYSIM_PORT = 8310
export const BASE_URL = `http://127.0.0.1:${PORT}`
export const PAYSIM_URL = `http://127.0.0.1:${PAYSIM_PORT}`
export const VAR = '../build/e2e/var'
export const SHOTS = '../build/e2e/shots'
