mod exchanges;
mod rules;
mod twins;
mod with_vault;
