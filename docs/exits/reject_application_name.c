/* A change exit: the name of the application is no password for it. */
#include "ssod_exits.h"

#include <stddef.h>
#include <strings.h>

static char why[] = "The name of the application is not allowed as its password.";

unsigned long ssod_Exit_Pwd_Init(void **ppCtxExit, unsigned long *pulExitVersion) {
    *ppCtxExit = NULL;
    *pulExitVersion = SSOD_EXIT_VERSION;
    return 0;
}

unsigned long ssod_Exit_Pwd_Term(void **ppCtxExit) {
    (void)ppCtxExit;
    return 0;
}

unsigned long ssod_Exit_PreSetPwd(void *pCtxExit, const char *szSSOUserName, const char *szApplName, const char *szLoginName,
                                  const char *szPassword, char **pszExtra) {
    (void)pCtxExit, (void)szSSOUserName, (void)szLoginName;
    if (strcasecmp(szPassword, szApplName) == 0) {
        *pszExtra = why;
        return 1;
    }
    return 0;
}

unsigned long ssod_Exit_PostSetPwd(void *pCtxExit, const char *szSSOUserName, const char *szApplName, const char *szLoginName,
                                   const char *szPassword, char **pszExtra) {
    (void)pCtxExit, (void)szSSOUserName, (void)szApplName, (void)szLoginName, (void)szPassword, (void)pszExtra;
    return 0;
}
