mod exchanges;
mod rules;
mod set_back;
mod twins;
mod with_vault;
