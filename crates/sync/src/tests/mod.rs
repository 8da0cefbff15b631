mod exchanges;
mod order;
mod rules;
mod set_back;
mod taking_over;
mod twins;
mod went_back;
mod with_vault;
