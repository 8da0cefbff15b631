/* An exit that makes passwords whose first character is a small letter, for applications that do not take a capital there. */
#include "ssod_exits.h"

#include <stddef.h>
#include <sys/random.h>

static const char small[] = "abcdefghijkmnopqrstuvwxyz";
static const char capital[] = "ABCDEFGHJKLMNPQRSTUVWXYZ";
static const char digit[] = "23456789";
static const char other[] = "!#%+-_=?";
static const char any[] = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

static char no_room[] = "The password rules leave no room for such a password.";
static char no_chance[] = "The system has no random numbers.";

unsigned long ssod_Exit_Auto_Init(void **ppCtxExit, unsigned long *pulExitVersion) {
    *ppCtxExit = NULL;
    *pulExitVersion = SSOD_EXIT_VERSION;
    return 0;
}

unsigned long ssod_Exit_Auto_Term(void **ppCtxExit) {
    (void)ppCtxExit;
    return 0;
}

/* A number below `most` (at most 256), each as likely as any other; -1 without random numbers. */
static int below(int most) {
    unsigned char byte;
    do {
        if (getrandom(&byte, 1, 0) != 1)
            return -1;
    } while (byte >= 256 - 256 % most);
    return byte % most;
}

/* Adds `count` characters of a set. 0 when that worked. */
static int add(char *password, int *length, int count, const char *set, int size) {
    while (count-- > 0) {
        int chosen = below(size);
        if (chosen < 0)
            return -1;
        password[(*length)++] = set[chosen];
    }
    return 0;
}

#define ADD(count, set) add(szPassword, &length, count, set, (int)sizeof(set) - 1)

unsigned long ssod_Exit_PwdAutoGen(void *pCtxExit, const char *szSSOUserName, const SEOS_PASSWDRULES *pPwdRules,
                                   const char *szApplName, const char *szLoginName, char *szPassword, int iPwdSize,
                                   char **pszExtra) {
    (void)pCtxExit, (void)szSSOUserName, (void)szApplName, (void)szLoginName;
    int demanded = 1 + pPwdRules->must_small + pPwdRules->must_capital + pPwdRules->must_num + pPwdRules->must_oth;
    int wanted = demanded > 20 ? demanded : 20;
    int most = iPwdSize - 1;
    int length = 0;

    if (pPwdRules->max_len > 0 && pPwdRules->max_len < most)
        most = pPwdRules->max_len;
    if (wanted < pPwdRules->min_len)
        wanted = pPwdRules->min_len;
    if (wanted > most)
        wanted = most;
    if (demanded > wanted || pPwdRules->min_len > wanted) {
        *pszExtra = no_room;
        return 1;
    }
    if (ADD(1, small) || ADD(pPwdRules->must_small, small) || ADD(pPwdRules->must_capital, capital) ||
        ADD(pPwdRules->must_num, digit) || ADD(pPwdRules->must_oth, other) || ADD(wanted - demanded, any)) {
        *pszExtra = no_chance;
        return 2;
    }
    /* Every order of what follows the first character is as likely as any other. */
    for (int last = length - 1; last > 1; last--) {
        int from = below(last);
        if (from < 0) {
            *pszExtra = no_chance;
            return 2;
        }
        char moved = szPassword[1 + from];
        szPassword[1 + from] = szPassword[last];
        szPassword[last] = moved;
    }
    szPassword[length] = '\0';
    return 0;
}
