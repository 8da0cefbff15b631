/*
 * Password exits: the functions a library exports so that Countersign asks it about new passwords, or has it make them.
 *
 * The interface is binary compatible with the one such libraries were written for. README.md beside this file says how to build, pin
 * and test one.
 *
 * Every text is UTF-8 and ends with a NUL. Every function is called by one thread at a time, in a process that holds this library alone
 * and may neither write files, nor start processes, nor open connections. It has two seconds to return.
 */
#ifndef SSOD_EXITS_H
#define SSOD_EXITS_H

#ifdef __cplusplus
extern "C" {
#endif

#ifdef _WIN32
#define SSOD_EXIT __declspec(dllexport)
#else
#define SSOD_EXIT __attribute__((visibility("default")))
#endif

/* The version of this interface. */
#define SSOD_EXIT_VERSION 1UL

/* What a generated password has to be. 26 numbers of 16 bits, 52 bytes. Zero is no demand. */
typedef struct {
    short min_len;       /* least length */
    short max_rep;       /* how often one character may follow itself */
    short must_small;    /* small letters, at least */
    short must_capital;  /* capitals, at least */
    short must_num;      /* digits, at least */
    short must_oth;      /* other characters, at least */
    short must_alfa;     /* letters, at least */
    short must_alfan;    /* letters and digits, at least */
    short sub_name;      /* 1: no part of the user's name, nor the other way round */
    short sub_old;       /* 1: the same with the old password */
    short sub_str_len;   /* the longest part that may be repeated */
    short sub_str_rep;   /* how often it may be */
    short passwd_life;   /* days until it expires */
    short grace_logins;  /* logons after that */
    short u_block_min;   /* minutes for which a user is blocked */
    short wrong_pass;    /* wrong passwords until then */
    short history;       /* old passwords that may not come back */
    short min_time;      /* least days between two changes */
    short max_len;       /* greatest length */
    short dict_format;   /* format of the list of forbidden words */
    short bidirectional; /* 1: the password can be read back */
    short unused[5];
} SEOS_PASSWDRULES;

/* The other spelling that sources use. */
typedef SEOS_PASSWDRULES SEOS_PASSWRDRULES;

/* Does not compile where a compiler lays it out in another way. */
typedef char ssod_exit_rules_are_52_bytes[sizeof(SEOS_PASSWDRULES) == 52 ? 1 : -1];

/*
 * Change exits export these four.
 *
 * Init is called once, when the library has been loaded. *ppCtxExit is NULL and may be set to anything; the other functions get it.
 * *pulExitVersion is SSOD_EXIT_VERSION; a library for another version sets that, and is not used then. Zero is success.
 */
SSOD_EXIT unsigned long ssod_Exit_Pwd_Init(void **ppCtxExit, unsigned long *pulExitVersion);

/* Term is called once, before the library's process ends. What it returns is not looked at. */
SSOD_EXIT unsigned long ssod_Exit_Pwd_Term(void **ppCtxExit);

/*
 * PreSetPwd is called before a password is changed. Zero lets it be changed; anything else rejects it.
 *
 * *pszExtra is NULL. What it is set to is shown to the user: at most 4,096 bytes are copied when the function has returned, and it is
 * never freed, so let it lead to a text that stays.
 */
SSOD_EXIT unsigned long ssod_Exit_PreSetPwd(void *pCtxExit, const char *szSSOUserName, const char *szApplName, const char *szLoginName,
                                            const char *szPassword, char **pszExtra);

/* PostSetPwd is called after a password has been changed. Anything but zero is reported as an error; the password stays changed. */
SSOD_EXIT unsigned long ssod_Exit_PostSetPwd(void *pCtxExit, const char *szSSOUserName, const char *szApplName, const char *szLoginName,
                                             const char *szPassword, char **pszExtra);

/* Exits that make passwords export these three. Init and Term are as above. */
SSOD_EXIT unsigned long ssod_Exit_Auto_Init(void **ppCtxExit, unsigned long *pulExitVersion);
SSOD_EXIT unsigned long ssod_Exit_Auto_Term(void **ppCtxExit);

/*
 * PwdAutoGen writes a password and its NUL to szPassword, where there is room for iPwdSize bytes, all zero, and not one more. Zero is
 * success.
 */
SSOD_EXIT unsigned long ssod_Exit_PwdAutoGen(void *pCtxExit, const char *szSSOUserName, const SEOS_PASSWDRULES *pPwdRules,
                                             const char *szApplName, const char *szLoginName, char *szPassword, int iPwdSize,
                                             char **pszExtra);

#ifdef __cplusplus
}
#endif

#endif
