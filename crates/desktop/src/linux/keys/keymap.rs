use super::names::{character, holder};
use crate::linux::x11::Link;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use x11rb::errors::ReplyError;
use x11rb::protocol::xkb::{self, GetMapReply, KeySymMap, KeyType, MapPart};

/// The keyboard as the display names it.
pub(super) const KEYBOARD: u16 = 256;

/// A key and the modifiers to hold for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    pub keycode: u8,
    /// Real modifiers, as a mask.
    pub held: u8,
}

/// What the keys of the active group type.
#[derive(Debug, Default)]
pub(super) struct Keymap {
    /// The group it was read for.
    pub group: u8,
    characters: HashMap<char, Stroke>,
    symbols: HashMap<u32, Stroke>,
    /// A modifier's mask and the key that sets it, by keysym.
    modifiers: HashMap<u32, (u8, u8)>,
    /// Keys without any symbol.
    pub spare: Vec<u8>,
    /// Keys with nothing but multimedia symbols, lent when no spare one is left.
    pub lendable: Vec<u8>,
}

/// Symbols of multimedia keys (`XF86…`).
const MULTIMEDIA: std::ops::RangeInclusive<u32> = 0x1008_0000..=0x1008_ffff;

impl Keymap {
    /// Reads the keyboard map for a group, in one round trip.
    pub(super) fn read(link: &Link, group: u8) -> Result<Self, ReplyError> {
        let parts = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
        let none = MapPart::default();
        let reply = xkb::get_map(
            &link.conn,
            KEYBOARD,
            parts,
            none,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            xkb::VMod::default(),
            0,
            0,
            0,
            0,
            0,
            0,
        )?
        .reply()?;
        Ok(Self::of(&reply, group))
    }

    fn of(reply: &GetMapReply, group: u8) -> Self {
        let types = reply.map.types_rtrn.as_deref().unwrap_or_default();
        let keys = reply.map.syms_rtrn.as_deref().unwrap_or_default();
        let modmap = reply.map.modmap_rtrn.as_deref().unwrap_or_default();
        let masks: HashMap<u8, u8> = modmap
            .iter()
            .map(|entry| (entry.keycode, u8::try_from(u16::from(entry.mods)).unwrap_or_default()))
            .collect();
        let mut map = Self {
            group,
            ..Self::default()
        };
        for (keycode, key) in (reply.first_key_sym..=u8::MAX).zip(keys) {
            if let Some(&mask) = masks.get(&keycode) {
                map.add_modifier(keycode, mask, key, group);
            }
        }
        let holdable = map.holdable();
        for (keycode, key) in (reply.first_key_sym..=u8::MAX).zip(keys) {
            let is_modifier = masks.get(&keycode).is_some_and(|&mask| mask != 0);
            if !is_modifier && key.syms.iter().all(|&sym| sym == 0) {
                map.spare.push(keycode);
            } else if !is_modifier && key.syms.iter().all(|sym| *sym == 0 || MULTIMEDIA.contains(sym)) {
                map.lendable.push(keycode);
            }
            map.add_key(keycode, key, types, holdable);
        }
        map
    }

    fn add_modifier(&mut self, keycode: u8, mask: u8, key: &KeySymMap, group: u8) {
        let symbol = column(key, group).and_then(|(symbols, _)| symbols.first().copied());
        if let Some(symbol) = symbol
            && mask.count_ones() == 1
        {
            self.modifiers.entry(symbol).or_insert((mask, keycode));
        }
    }

    /// The modifiers that lead to further levels and can be held like a finger does.
    fn holdable(&self) -> u8 {
        [holder::SHIFT, holder::LEVEL3, holder::LEVEL5]
            .into_iter()
            .filter_map(|symbols| self.modifier(symbols))
            .fold(0, |mask, (held, _)| mask | held)
    }

    fn add_key(&mut self, keycode: u8, key: &KeySymMap, types: &[KeyType], holdable: u8) {
        let Some((symbols, kind)) = column(key, self.group) else {
            return;
        };
        let Some(kind) = types.get(usize::from(kind)) else {
            return;
        };
        for (level, &symbol) in symbols.iter().enumerate() {
            if symbol == 0 {
                continue;
            }
            let Some(held) = modifiers_for(kind, level, holdable) else {
                continue;
            };
            let stroke = Stroke { keycode, held };
            keep_easier(self.symbols.entry(symbol), stroke);
            if let Some(character) = character(symbol) {
                keep_easier(self.characters.entry(character), stroke);
            }
        }
    }

    /// The key of a character, if the layout has one.
    pub(super) fn character(&self, character: char) -> Option<Stroke> {
        self.characters.get(&character).copied()
    }

    /// The key of a keysym, if the layout has one.
    pub(super) fn symbol(&self, symbol: u32) -> Option<Stroke> {
        self.symbols.get(&symbol).copied()
    }

    /// The mask and the key of a modifier.
    pub(super) fn modifier(&self, symbols: &[u32]) -> Option<(u8, u8)> {
        symbols.iter().find_map(|symbol| self.modifiers.get(symbol).copied())
    }

    /// The keys to press for a mask of modifiers: the higher levels' first, so that none of them is read on another's level.
    pub(super) fn keys_of(&self, mask: u8) -> Vec<u8> {
        [
            holder::LEVEL5,
            holder::LEVEL3,
            holder::CONTROL,
            holder::ALT,
            holder::SUPER,
            holder::SHIFT,
        ]
        .into_iter()
        .filter_map(|symbols| self.modifier(symbols))
        .filter(|(held, _)| mask & held != 0)
        .map(|(_, keycode)| keycode)
        .collect()
    }
}

fn keep_easier<K>(entry: Entry<'_, K, Stroke>, stroke: Stroke) {
    match entry {
        Entry::Vacant(vacant) => {
            vacant.insert(stroke);
        }
        Entry::Occupied(mut there) => {
            if stroke.held.count_ones() < there.get().held.count_ones() {
                there.insert(stroke);
            }
        }
    }
}

/// A key's symbols by level in a group, and the number of its type. A group the key does not have stands for another.
fn column(key: &KeySymMap, group: u8) -> Option<(&[u32], u8)> {
    let groups = key.group_info & 0x0f;
    if groups == 0 {
        return None;
    }
    let group = match key.group_info & 0xc0 {
        _ if group < groups => group,
        0x40 => groups - 1,
        0x80 => match (key.group_info >> 4) & 0x03 {
            redirected if redirected < groups => redirected,
            _ => 0,
        },
        _ => group % groups,
    };
    let width = usize::from(key.width);
    let start = usize::from(group) * width;
    let symbols = key.syms.get(start..start + width)?;
    Some((symbols, *key.kt_index.get(usize::from(group))?))
}

/// The fewest modifiers that lead to a level, if they can be held.
fn modifiers_for(kind: &KeyType, level: usize, holdable: u8) -> Option<u8> {
    let mask = |mods: x11rb::protocol::xproto::ModMask| u8::try_from(u16::from(mods)).unwrap_or_default();
    let bare_level = kind
        .map
        .iter()
        .find(|entry| entry.active && mask(entry.mods_mask) == 0)
        .map_or(0, |entry| usize::from(entry.level));
    if bare_level == level {
        return Some(0);
    }
    kind.map
        .iter()
        .filter(|entry| entry.active && usize::from(entry.level) == level)
        .map(|entry| mask(entry.mods_mask))
        .filter(|mods| mods & !holdable == 0 && *mods != 0)
        .min_by_key(|mods| mods.count_ones())
}
