//! The nouns of single sign-on and the traits its parts meet at.
