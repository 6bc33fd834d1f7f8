import { ApiProblem } from '../../http/api-problem.ts';

/** Nobody gets a second account of one address. */
export function emailTaken(): ApiProblem {
  return new ApiProblem({
    status: 409,
    code: 'emailTaken',
    message: 'There is an account with this address already: sign in with it, or use another address.',
  });
}

export function invalidInvitation(): ApiProblem {
  return new ApiProblem({
    status: 403,
    code: 'invalidInvitation',
    message: 'This invitation does not work (any more): ask an administrator for a new one.',
  });
}

export function lastAdministrator(): ApiProblem {
  return new ApiProblem({
    status: 409,
    code: 'lastAdministrator',
    message:
      'This is the last administrator who sees all groups: give another account that role and all groups first.',
  });
}

export function ownAccount(): ApiProblem {
  return new ApiProblem({
    status: 409,
    code: 'ownAccount',
    message: 'Nobody changes the rights of their own account: ask another administrator.',
  });
}

/** Somebody who sees some groups hands out, or touches, no more than those. */
export function beyondOwnGroups(): ApiProblem {
  return new ApiProblem({
    status: 403,
    code: 'forbidden',
    message: 'This reaches groups that you do not see: ask an administrator of all groups.',
  });
}

export function noLonger(): ApiProblem {
  return new ApiProblem({ status: 403, code: 'forbidden', message: 'Your role no longer allows this.' });
}

export function groupGone(): ApiProblem {
  return new ApiProblem({
    status: 422,
    code: 'groupGone',
    message: 'One of the chosen groups does not exist: reload the page and choose again.',
  });
}

export function nameTaken(): ApiProblem {
  return new ApiProblem({
    status: 409,
    code: 'nameTaken',
    message: 'There is a group of this name already: choose another name.',
  });
}
