export type SettingValue = boolean | number | Array<string> | string;
