/** `npm run docs`: writes docs/errors.md. */
import { writeFileSync } from 'node:fs';
import { ERRORS_DOC_FILE, errorsDoc } from './errors-doc.ts';

writeFileSync(ERRORS_DOC_FILE, errorsDoc());
