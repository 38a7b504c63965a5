// The formats that the menu of exports offers; loaded when it is opened.

export { EXPORT_FORMAT_LIST, EXPORT_FORMATS } from '../export/export-formats.ts';
