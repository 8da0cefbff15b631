/** What the windows are made of besides our own code; the build fills it in. */
declare const COMPONENTS: { name: string; version: string; license: string }[];
