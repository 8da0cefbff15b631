//! The item on the panel and its menu.

use crate::drawing::{Look, SIZES, draw};
use crate::standing::{Page, TrayChoice, TrayState, Vault};
use crate::tray::{Seen, TrayOptions};
use crate::words::{Words, in_markup, in_menu};
use countersign_model::port::Clock;
use ksni::menu::{StandardItem, SubMenu};
use ksni::{Category, Icon, MenuItem, OfflineReason, Status, ToolTip};
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// What is served on the bus.
pub(crate) struct Item {
    state: TrayState,
    /// What was drawn last.
    drawn: (Look, Vec<Icon>),
    words: &'static Words,
    clock: Arc<dyn Clock>,
    choices: Sender<TrayChoice>,
    seen: Arc<Seen>,
}

impl Item {
    pub(crate) fn new(state: TrayState, options: &TrayOptions, seen: Arc<Seen>) -> Self {
        let look = state.look();
        Self {
            state,
            drawn: (look, pictures(look)),
            words: options.language.words(),
            clock: Arc::clone(&options.clock),
            choices: options.choices.clone(),
            seen,
        }
    }

    pub(crate) fn show(&mut self, state: TrayState) {
        let look = state.look();
        if look != self.drawn.0 {
            self.drawn = (look, pictures(look));
        }
        self.state = state;
    }

    /// A receiver that is gone means that the agent ends.
    fn choose(&self, choice: TrayChoice) {
        let _ = self.choices.send(choice);
    }

    fn entry(label: impl Into<String>, choice: TrayChoice) -> StandardItem<Self> {
        StandardItem {
            label: label.into(),
            activate: Box::new(move |item: &mut Self| item.choose(choice)),
            ..Default::default()
        }
    }

    /// Always the same items in the same places: what cannot be done is greyed, and only Pause and Resume take turns.
    fn items(&self) -> Vec<MenuItem<Self>> {
        let words = &self.words.menu;
        let open = self.state.vault == Vault::Open;
        let paused = self.state.pause.is_some();
        let turn_key = match self.state.vault {
            Vault::Absent => words.set_up,
            Vault::Locked => words.unlock,
            Vault::Open => words.lock,
        };
        let application = self.state.application.as_deref();
        let this = application.map_or_else(|| words.this_application.to_owned(), words.this_one);
        vec![
            StandardItem {
                enabled: open,
                ..Self::entry(words.fill, TrayChoice::Fill)
            }
            .into(),
            Self::entry(words.search, TrayChoice::Open(Page::Logons)).into(),
            Self::entry(turn_key, self.state.turn_key()).into(),
            MenuItem::Separator,
            SubMenu {
                label: words.pause.to_owned(),
                visible: !paused,
                submenu: vec![
                    Self::entry(words.for_15_minutes, TrayChoice::PauseShortly).into(),
                    Self::entry(words.until_unlocked, TrayChoice::PauseUntilUnlocked).into(),
                    StandardItem {
                        enabled: application.is_some(),
                        ..Self::entry(in_menu(&this), TrayChoice::PauseApplication)
                    }
                    .into(),
                ],
                ..Default::default()
            }
            .into(),
            StandardItem {
                visible: paused,
                ..Self::entry(words.resume, TrayChoice::Resume)
            }
            .into(),
            Self::entry(self.words.sync(&self.state, self.clock.now()), TrayChoice::Sync).into(),
            Self::entry(words.why, TrayChoice::Open(Page::Why)).into(),
            MenuItem::Separator,
            Self::entry(words.settings, TrayChoice::Open(Page::Settings)).into(),
            Self::entry(words.quit, TrayChoice::Quit).into(),
        ]
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "countersign".to_owned()
    }

    fn title(&self) -> String {
        "Countersign".to_owned()
    }

    fn category(&self) -> Category {
        Category::ApplicationStatus
    }

    fn status(&self) -> Status {
        match self.drawn.0 {
            Look::Attention => Status::NeedsAttention,
            _ => Status::Active,
        }
    }

    /// Hosts prefer a name to pictures, so it is told only where a theme knows it.
    fn icon_name(&self) -> String {
        crate::tray::themed(self.drawn.0)
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        self.drawn.1.clone()
    }

    fn attention_icon_name(&self) -> String {
        self.icon_name()
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        self.icon_pixmap()
    }

    fn tool_tip(&self) -> ToolTip {
        let (title, lines) = self.words.tip(&self.state, self.clock.now());
        let lines: Vec<_> = lines.iter().map(|line| in_markup(line)).collect();
        ToolTip {
            title,
            description: lines.join("\n"),
            ..Default::default()
        }
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.items()
    }

    /// The age of the last exchange is told anew: the menu is made again after this.
    fn menu_about_to_show(&mut self) {}

    fn activate(&mut self, _x: i32, _y: i32) {
        self.choose(TrayChoice::Open(self.state.first_page()));
    }

    fn secondary_activate(&mut self, _x: i32, _y: i32) {
        self.choose(self.state.turn_key());
    }

    fn watcher_online(&self) {
        self.seen.is_shown();
    }

    fn watcher_offline(&self, reason: OfflineReason) -> bool {
        self.seen.is_missing(&reason);
        true
    }
}

fn pictures(look: Look) -> Vec<Icon> {
    SIZES
        .into_iter()
        .map(|size| Icon {
            width: size.into(),
            height: size.into(),
            data: draw(look, size),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;
    use crate::standing::{Health, Pause, well};
    use countersign_model::{Monotonic, Timestamp};
    use std::sync::mpsc::{Receiver, channel};

    struct At(u64);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp(self.0)
        }

        fn steady(&self) -> Monotonic {
            Monotonic(0)
        }
    }

    fn item(state: TrayState) -> (Item, Receiver<TrayChoice>) {
        let (choices, chosen) = channel();
        let options = TrayOptions {
            language: Language::English,
            clock: Arc::new(At(600_000)),
            choices,
        };
        (Item::new(state, &options, Arc::default()), chosen)
    }

    /// Label, whether it can be chosen, and what choosing it gives.
    fn told(item: &mut Item, chosen: &Receiver<TrayChoice>) -> Vec<(String, bool, Option<TrayChoice>)> {
        let mut told = Vec::new();
        let mut waiting: Vec<_> = item.items().into_iter().rev().collect();
        while let Some(entry) = waiting.pop() {
            match entry {
                MenuItem::Standard(one) if one.visible => {
                    (one.activate)(item);
                    told.push((one.label, one.enabled, chosen.try_recv().ok()));
                }
                MenuItem::SubMenu(menu) if menu.visible => {
                    told.push((menu.label, menu.enabled, None));
                    waiting.extend(menu.submenu.into_iter().rev());
                }
                _ => {}
            }
        }
        told
    }

    #[test]
    fn the_menu_offers_what_can_be_done() {
        let state = TrayState {
            application: Some("my_app".to_owned()),
            synced: Some(Timestamp(360_000)),
            ..well()
        };
        let (mut open, chosen) = item(state.clone());
        let yes = |label: &str, choice| (label.to_owned(), true, Some(choice));
        assert_eq!(
            told(&mut open, &chosen),
            [
                yes("Fill now", TrayChoice::Fill),
                yes("Search…", TrayChoice::Open(Page::Logons)),
                yes("Lock", TrayChoice::Lock),
                ("Pause".to_owned(), true, None),
                yes("For 15 minutes", TrayChoice::PauseShortly),
                yes("Until unlocked", TrayChoice::PauseUntilUnlocked),
                yes("This application: my__app", TrayChoice::PauseApplication),
                yes("Sync now (last: 4 minutes ago)", TrayChoice::Sync),
                yes("Why didn't it fill?", TrayChoice::Open(Page::Why)),
                yes("Settings", TrayChoice::Open(Page::Settings)),
                yes("Quit", TrayChoice::Quit),
            ]
        );
        open.show(TrayState {
            vault: Vault::Locked,
            pause: Some(Pause::UntilUnlocked),
            application: None,
            ..state
        });
        let locked = told(&mut open, &chosen);
        assert!(locked.contains(&("Fill now".to_owned(), false, Some(TrayChoice::Fill))));
        assert!(locked.contains(&yes("Unlock…", TrayChoice::Unlock)));
        assert!(locked.contains(&yes("Resume", TrayChoice::Resume)));
        assert!(!locked.iter().any(|(label, ..)| label == "Pause"), "{locked:?}");
        use ksni::Tray as _;
        open.secondary_activate(0, 0);
        open.activate(0, 0);
        assert_eq!(
            chosen.try_iter().collect::<Vec<_>>(),
            [TrayChoice::Unlock, TrayChoice::Open(Page::Logons)]
        );
    }

    #[test]
    fn the_picture_follows_the_state() {
        use ksni::Tray as _;
        let (mut shown, _) = item(well());
        let ready = shown.icon_pixmap();
        assert_eq!(
            ready.iter().map(|icon| icon.width).collect::<Vec<_>>(),
            [16, 22, 24, 32, 48]
        );
        shown.show(TrayState {
            health: Health::Offline,
            ..well()
        });
        assert_ne!(shown.icon_pixmap()[0].data, ready[0].data);
        assert_eq!(shown.status(), Status::Active);
    }
}
