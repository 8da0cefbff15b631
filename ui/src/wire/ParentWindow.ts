export type ParentWindow = { title: string, class: string, };
